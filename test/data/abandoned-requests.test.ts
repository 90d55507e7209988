import { createApp, route, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { database } from 'ashlar/data'
import { testApp } from 'ashlar/testing'
import { sql } from 'drizzle-orm'
import { beforeEach, expect, test } from 'vitest'

const silent = (): void => {}
const logger = { debug: silent, info: silent, warn: silent, error: silent }
// Longer than any test may take: what ends a statement here is never its limit.
const db = database({ pool: { max: 2 }, statementTimeoutMs: 120_000 })

let running = Promise.withResolvers<void>()
let ended = Promise.withResolvers<unknown>()
beforeEach(() => {
  running = Promise.withResolvers()
  ended = Promise.withResolvers()
})

const { get } = route.with({ access: anyone, uses: { tx: db.transaction } })
const slow = get('/slow', {}, async ({ tx }) => {
  await tx.execute(sql`SELECT 1`)
  running.resolve()
  await tx.execute(sql`SELECT pg_sleep(60)`).then(silent, (error: unknown) => {
    ended.resolve(error)
    throw error
  })
})
/** Lets the cancelled statement fail and goes on to the next ones. */
const stubborn = get('/stubborn', {}, async ({ tx }) => {
  for (let round = 0; round < 3; round += 1) {
    running.resolve()
    await tx.transaction((inner) => inner.execute(sql`SELECT pg_sleep(60)`)).catch(silent)
  }
  ended.resolve(undefined)
})
const quick = get('/quick', {}, async ({ tx }) => {
  await tx.execute(sql`SELECT 1`)
})
const app = createApp({
  title: 'x',
  version: '1.0.0',
  database: db,
  api: router('/', { slow, stubborn, quick }),
  logger,
})

test('the statement of a client that has left is cancelled', async () => {
  await using t = await testApp(app)
  const { url } = await t.listen()
  const leaving = new AbortController()
  const left = fetch(`${url}/slow`, { signal: leaving.signal }).catch((error: unknown) => error)
  await running.promise
  leaving.abort()
  expect(await left).toBeInstanceOf(Error)
  expect(await ended.promise).toMatchObject({ cause: { code: '57014' } })
  expect((await t.fetch('/quick')).status).toBe(204)
})

test('what a handler goes on to run for a client that has left is cancelled too', async () => {
  await using t = await testApp(app)
  const leaving = new AbortController()
  const left = t.app.fetch(new Request('http://localhost/stubborn', { signal: leaving.signal }))
  await running.promise
  leaving.abort()
  await ended.promise
  await left
})

test('a statement that outlasts the handler’s time is cancelled', async () => {
  await using t = await testApp(app, { limits: { handlerTimeoutMs: 300 } })
  expect((await t.fetch('/slow')).status).toBe(503)
  expect(await ended.promise).toMatchObject({ cause: { code: '57014' } })
})

test('statements of others go on, on every connection there is', async () => {
  await using t = await testApp(app)
  for (let round = 0; round < 3; round += 1) {
    const leaving = new AbortController()
    running = Promise.withResolvers()
    ended = Promise.withResolvers()
    const left = t.app.fetch(new Request('http://localhost/slow', { signal: leaving.signal }))
    await running.promise
    leaving.abort()
    const others = Promise.all(Array.from({ length: 10 }, () => t.fetch('/quick')))
    await ended.promise
    expect((await others).map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 204))
    await left
    expect((await t.fetch('/quick')).status).toBe(204)
  }
})
