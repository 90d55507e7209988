import { expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { anyone } from '../core/access/index.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import { createApp } from '../app/create-app.ts'
import { alias } from '../schema/index.ts'
import { client } from './index.ts'

const Row = z.object({ id: z.int(), madeAt: alias(z.date(), 'made_at') })
const search = route.get(
  '/rows',
  {
    access: anyone,
    query: z.object({ pageNumber: alias(z.int().default(1), 'page-number'), term: z.string() }),
    headers: z.object({ token: alias(z.string(), 'x-token') }),
    response: z.array(Row),
  },
  ({ query, headers }) => [{ id: query.pageNumber + headers.token.length, madeAt: new Date(0) }],
)
const save = route.post('/rows', { access: anyone, body: Row, response: Row }, ({ body }) => body)
const app = createApp({ title: 'T', version: '1', environment: 'test', api: router('', { search, save }) })

test('a client sends and receives the names on the wire, in its types and in fact', async () => {
  const api = client(app)
  const rows = await api.search({ query: { 'page-number': 2, term: 'x' }, headers: { 'x-token': 'abc' } })
  expectTypeOf(rows).toEqualTypeOf<{ id: number; made_at: string }[]>()
  expect(rows).toEqual([{ id: 5, made_at: '1970-01-01T00:00:00.000Z' }])
  const [first] = await api.search({ query: { term: 'x' }, headers: { 'x-token': '' } })
  expect(first?.id).toBe(1)
  const row = { id: 1, made_at: '2026-01-02T03:04:05.000Z' }
  expect(await api.save({ body: row })).toEqual(row)
  // @ts-expect-error the name of the code is not sent
  await expect(api.save({ body: { id: 1, madeAt: row.made_at } })).rejects.toMatchObject({ status: 422 })
})
