import { afterAll, beforeAll, expect, test } from 'vitest'
import { openOrders, type Orders, type Sender } from './orders.fixture.ts'
import type { Serving } from '../../app/serving.fixture.ts'

let all: Orders
let app: Serving & Sender
beforeAll(async () => {
  all = await openOrders()
  app = await all.serve()
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await all[Symbol.asyncDispose]()
})

// 53100 is a full disk. The key travels with COMMIT, which then says only that nothing was saved.
test('a server that has no room for the key says so: 503, nothing saved, and the same request succeeds later', async () => {
  await all.query(`create function no_room() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$`)
  await all.query(
    'create trigger full_disk before insert on ashlar_idempotency for each row execute function no_room()',
  )
  const sent = { key: 'key', body: { product: 'kite' } }
  const refused = await app.post('/orders', sent)
  expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'database_unavailable' }])
  expect([refused.headers.get('retry-after'), await all.count()]).toEqual(['5', 0])
  await all.query('drop trigger full_disk on ashlar_idempotency')
  expect([(await app.post('/orders', sent)).status, await all.count()]).toEqual([201, 1])
})
