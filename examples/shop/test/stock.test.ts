import { client } from 'ashlar/client'
import { afterAll, expect, test } from 'vitest'
import type { Api } from '../src/app.ts'
import { auth } from '../src/auth.ts'
import { openShop } from './shop.ts'

const shop = await openShop()
afterAll(() => shop[Symbol.asyncDispose]())

/** As a log-in gives it, without hashing a password. */
function tokenOf(userId: string): Promise<string> {
  const authenticatedAt = Math.floor(Date.now() / 1000)
  return shop.t.run({ accessTokens: auth.services.accessTokens }, ({ accessTokens }) =>
    accessTokens.issue({ userId, epoch: 1, roles: [], scopes: undefined, methods: ['pwd'], authenticatedAt }),
  )
}

test('of fifty who want one of the last ten, ten get it', async () => {
  const productId = await shop.product(10)
  const { url } = await shop.t.listen()
  const buyers = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const { id } = await shop.customer()
      return client<Api>(url, { token: await tokenOf(id) })
    }),
  )
  const answers = await Promise.all(
    buyers.map((buyer) => buyer.orders.place.safe({ body: { lines: [{ productId, quantity: 1 }] } })),
  )
  const refused = answers.flatMap((answer) => (answer.ok ? [] : [answer.error.code]))
  expect(refused).toEqual(Array.from({ length: 40 }, () => 'out_of_stock'))
  expect(await shop.stockOf(productId)).toBe(0)
  const { total } = await shop.staff.orders.list({ query: { 'lines.productId': productId, count: 'exact' } })
  expect(total).toBe(10)
})

test('orders of the same products in opposite orders all get through', async () => {
  const [a, b] = [await shop.product(100), await shop.product(100)]
  const { api } = await shop.customer()
  const line = (productId: string) => ({ productId, quantity: 1 })
  const orders = Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? [line(a), line(b)] : [line(b), line(a)]))
  await Promise.all(orders.map((lines) => api.orders.place({ body: { lines } })))
  expect([await shop.stockOf(a), await shop.stockOf(b)]).toEqual([80, 80])
})

test('an order that cannot be had as a whole takes nothing, and says what is short', async () => {
  const [plenty, few] = [await shop.product(10), await shop.product(1)]
  const { api } = await shop.customer()
  const lines = [
    { productId: plenty, quantity: 2 },
    { productId: few, quantity: 2 },
  ]
  const answer = await api.orders.place.safe({ body: { lines } })
  expect(answer).toMatchObject({
    error: { code: 'out_of_stock', data: { short: [{ productId: few, quantity: 2, pieces: 1 }] } },
  })
  expect([await shop.stockOf(plenty), await shop.stockOf(few)]).toEqual([10, 1])
  expect((await api.orders.list()).items).toEqual([])
})

test('an order copies names and prices, and its total is exact', async () => {
  const cheap = await shop.product(100, { name: 'Cheap', price: '0.10', cost: '0' })
  const dear = await shop.product(100, { name: 'Dear', price: '1999999.99', cost: '0' })
  const { api } = await shop.customer()
  const placed = await api.orders.place({
    body: {
      lines: [
        { productId: cheap, quantity: 2 },
        { productId: dear, quantity: 3 },
        { productId: cheap, quantity: 1 },
      ],
    },
  })
  expect(placed).toMatchObject({
    status: 'placed',
    total: '6000000.27',
    lines: [
      { productId: cheap, name: 'Cheap', quantity: 3, unitPrice: '0.10', total: '0.30' },
      { productId: dear, name: 'Dear', quantity: 3, unitPrice: '1999999.99', total: '5999999.97' },
    ],
  })
  expect(await api.orders.read({ params: { id: placed.id }, query: { include: ['lines'] } })).toMatchObject(placed)
})

test('an order may have many lines', async () => {
  const products = await Promise.all(Array.from({ length: 12 }, () => shop.product(1)))
  const { api } = await shop.customer()
  const lines = products.map((productId) => ({ productId, quantity: 1 }))
  const placed = await api.orders.place({ body: { lines } })
  expect((await api.orderLines.list({ params: { orderId: placed.id } })).items).toHaveLength(12)
})

test('what is cancelled comes back, once', async () => {
  const productId = await shop.product(5)
  const { api } = await shop.customer()
  const { id } = await api.orders.place({ body: { lines: [{ productId, quantity: 3 }] } })
  const attempts = await Promise.all(Array.from({ length: 5 }, () => api.orders.cancel.safe({ params: { id } })))
  expect(attempts.filter(({ ok }) => ok)).toHaveLength(1)
  expect(await shop.stockOf(productId)).toBe(5)
  await expect(shop.staff.orders.ship({ params: { id } })).rejects.toMatchObject({ code: 'order_closed' })
})

test('what has been shipped is not cancelled', async () => {
  const productId = await shop.product(5)
  const { api } = await shop.customer()
  const { id } = await api.orders.place({ body: { lines: [{ productId, quantity: 1 }] } })
  expect(await shop.staff.orders.ship({ params: { id } })).toMatchObject({ status: 'shipped' })
  await expect(api.orders.cancel({ params: { id } })).rejects.toMatchObject({ code: 'order_closed' })
  expect(await shop.stockOf(productId)).toBe(4)
})

test('staff adjust the stock while it is sold, and nothing is lost', async () => {
  const id = await shop.product(30)
  const { api } = await shop.customer()
  const sales = Array.from({ length: 15 }, () =>
    api.orders.place({ body: { lines: [{ productId: id, quantity: 1 }] } }),
  )
  const deliveries = Array.from({ length: 15 }, () =>
    shop.staff.products.adjustStock({ params: { id }, body: { by: 2 } }),
  )
  await Promise.all([...sales, ...deliveries])
  expect(await shop.stockOf(id)).toBe(45)
  const refused = await shop.staff.products.adjustStock.safe({ params: { id }, body: { by: -46 } })
  expect(refused).toMatchObject({ error: { code: 'too_few_pieces', data: { pieces: 45 } } })
})

test('a product that is not there, or no longer, is not sold', async () => {
  const productId = await shop.product(5)
  await shop.staff.products.delete({ params: { id: productId }, headers: { 'if-match': '"1"' } })
  const { api } = await shop.customer()
  for (const missing of [productId, '00000000-0000-4000-8000-000000000000']) {
    const answer = await api.orders.place.safe({ body: { lines: [{ productId: missing, quantity: 1 }] } })
    expect(answer).toMatchObject({ error: { code: 'not_found' } })
  }
  expect(await shop.stockOf(productId)).toBe(5)
})
