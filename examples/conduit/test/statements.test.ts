import { Client } from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startApi, type TestApi } from './api.ts'

let api: TestApi
let ada: string
let bob: string
beforeAll(async () => {
  api = await startApi()
  ada = await api.register('ada')
  bob = await api.register('bob')
  await api.call('POST /profiles/bob/follow', { token: ada })
  await fill(1)
})
afterAll(() => api[Symbol.asyncDispose]())

let articles = 0
async function fill(more: number): Promise<void> {
  for (let n = 0; n < more; n++) {
    const slug = await api.publish(bob, `Article ${articles++}`, ['a', 'b'])
    await api.call(`POST /articles/${slug}/favorite`, { token: ada })
    await api.comment(ada, 'article-0', 'One more')
  }
}

async function statementsOf(operation: string): Promise<number> {
  const query = vi.spyOn(Client.prototype, 'query')
  try {
    expect(await api.call(operation, { token: ada })).toMatchObject({ status: 200 })
    return query.mock.calls.filter(([statement]) => !isInBackground(statement)).length
  } finally {
    query.mockRestore()
  }
}

/** Now and then every process looks for what was ended, and for new keys. */
function isInBackground(statement: unknown): boolean {
  return /auth_(revocations|signing_keys)/.test(JSON.stringify(statement))
}

const LISTS = ['GET /articles', 'GET /articles?favorited=ada', 'GET /articles/feed', 'GET /articles/article-0/comments']

test('a list costs the same few statements, however long it is', async () => {
  const short: number[] = []
  for (const operation of LISTS) short.push(await statementsOf(operation))
  await fill(10)
  for (const [index, operation] of LISTS.entries())
    expect({ operation, statements: await statementsOf(operation) }).toEqual({ operation, statements: short[index] })
  // The page and its count (or the article and its comments), COMMIT. BEGIN leaves with the first of them, and who calls costs none.
  expect(short).toEqual([3, 3, 3, 3])
})
