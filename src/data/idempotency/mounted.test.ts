import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../app/create-app.ts'
import { mount } from '../../app/mount.ts'
import { anyone } from '../../core/access/index.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import { orders, openOrders, type Orders } from './orders.fixture.ts'

let all: Orders
beforeAll(async () => {
  all = await openOrders()
})
afterAll(() => all[Symbol.asyncDispose]())

test('operations of mounted apps have keys of their own, also where they keep them in one database', async () => {
  const { db } = all
  const place = route.post(
    '/orders',
    { access: anyone, idempotent: true, uses: { tx: db.transaction } },
    async ({ tx }) => void (await tx.insert(orders).values({ product: 'kite' })),
  )
  const version = (name: string) =>
    createApp({ title: name, version: '1', environment: 'test', database: db, api: router('/', { place }) })
  await using app = await all.serve(router('/', {}), {
    mounts: [mount('/v1', version('One')), mount('/v2', version('Two'))],
  })
  const key = randomUUID()
  const replayed: (string | null)[] = []
  for (const path of ['/v1/orders', '/v2/orders', '/v1/orders', '/v2/orders'])
    replayed.push((await app.post(path, { key })).headers.get('idempotency-replayed'))
  expect([replayed, await all.count()]).toEqual([[null, null, 'true', 'true'], 2])
})
