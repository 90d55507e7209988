import { createApp, dependency, route, router } from 'ashlar'
import { accessFor } from 'ashlar/access'
import { apiKey } from 'ashlar/auth'
import { expect, test } from 'vitest'
import { z } from 'zod'

const key = apiKey({ in: 'query', name: 'key', verify: (given) => (given === 'k' ? { id: 'ada' } : undefined) })
const page = dependency({ query: z.object({ limit: z.int().default(1) }) }, ({ query }) => query.limit)
const strictPage = dependency({ query: z.strictObject({ at: z.int().default(0) }) }, ({ query }) => query.at)
const list = route.get(
  '/',
  {
    access: accessFor(key).authenticated,
    query: z.strictObject({ done: z.boolean().optional() }),
    uses: { page, strictPage },
    response: z.unknown(),
  },
  ({ query, page: limit, strictPage: at }) => ({ query, limit, at }),
)
const app = createApp({ title: 'Strict', version: '1', auth: [key], api: router('/', { list }) })
const ask = async (search: string) => {
  const response = await app.fetch(new Request(`http://localhost/?${search}`))
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

test('a strict query takes what dependencies and authenticators of the operation read', async () => {
  expect(await ask('key=k&limit=3&done=true&at=2')).toEqual({
    status: 200,
    body: { query: { done: true }, limit: 3, at: 2 },
  })
})

test('what nobody reads is refused, once for each strict object', async () => {
  const { status, body } = await ask('key=k&limit=3&dome=true')
  expect(status).toBe(422)
  const errors = body['errors'] as { readonly code: string }[]
  expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['extra_forbidden']))
})
