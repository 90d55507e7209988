import { afterAll, beforeAll, expect, test } from 'vitest'
import { openShop, type Caller } from './shop.ts'

const shop = await openShop()
afterAll(() => shop[Symbol.asyncDispose]())

let ada: Caller
let bob: Caller
let productId: string
let order: string

beforeAll(async () => {
  ;[ada, bob, productId] = [await shop.customer(), await shop.customer(), await shop.product(100)]
  const body = { lines: [{ productId, quantity: 1 }] }
  order = (await ada.api.orders.place({ body })).id
  await bob.api.orders.place({ body })
})

test('customers list their own orders, however they ask', async () => {
  const queries = [
    {},
    { include: ['lines', 'customer'] },
    { customerId: ada.id },
    { 'lines.productId': productId },
    { status: 'placed' },
    { sort: ['createdAt'] },
    { fields: ['id', 'customerId'] },
  ] as const
  for (const query of queries) {
    const { items, total } = await ada.api.orders.list({ query: { ...query, count: 'exact' } })
    expect({ query, total, customers: items.map(({ customerId }) => customerId) }).toEqual({
      query,
      total: 1,
      customers: [ada.id],
    })
  }
  expect((await bob.api.orders.list({ query: { customerId: ada.id } })).items).toEqual([])
})

test("another's order is not there, for any operation", async () => {
  const of = { params: { id: order } }
  const attempts = [
    bob.api.orders.read.safe(of),
    bob.api.orders.read.safe({ ...of, query: { include: ['lines'] } }),
    bob.api.orders.cancel.safe(of),
    bob.api.orderLines.list.safe({ params: { orderId: order } }),
    bob.api.orderLines.read.safe({ params: { orderId: order, productId } }),
  ]
  for (const answer of await Promise.all(attempts)) expect(answer).toMatchObject({ error: { status: 404 } })
  expect(await ada.api.orders.read(of)).toMatchObject({ status: 'placed' })
})

test('an order belongs to who places it, whatever is sent', async () => {
  const response = await shop.t.fetch('/api/orders', {
    method: 'POST',
    as: { id: bob.id, roles: ['customer'] },
    json: { customerId: ada.id, total: '0.01', lines: [{ productId, quantity: 1 }] },
  })
  expect(response.status).toBe(201)
  expect(await response.json()).toMatchObject({ customerId: bob.id, total: '10.00' })
})

test('an order that is sent twice with one key is one order, and takes its pieces once', async () => {
  const pot = await shop.product(10)
  const dora = await shop.customer()
  const body = { lines: [{ productId: pot, quantity: 4 }] }
  const options = { idempotencyKey: 'form-1' }
  const { id } = await dora.api.orders.place({ body }, options)
  expect((await dora.api.orders.place({ body }, options)).id).toBe(id)
  expect(await shop.stockOf(pot)).toBe(6)
  expect((await bob.api.orders.place({ body }, options)).id).not.toBe(id)
  const other = { lines: [{ productId: pot, quantity: 1 }] }
  await expect(dora.api.orders.place({ body: other }, options)).rejects.toMatchObject({
    code: 'idempotency_key_reused',
  })
})

test('staff see all orders, with who ordered and what', async () => {
  const { items } = await shop.staff.orders.list({
    query: { customerId: ada.id, include: ['customer', 'lines'] },
  })
  expect(items).toMatchObject([{ id: order, customer: { id: ada.id }, lines: [{ productId, quantity: 1 }] }])
  expect(Object.keys(items[0]!.customer!).toSorted()).toEqual(['email', 'id', 'name'])
})

test('only staff ship', async () => {
  await expect(ada.api.orders.ship({ params: { id: order } })).rejects.toMatchObject({ status: 403 })
})

test('without credentials there are no orders', async () => {
  const { client } = shop.t
  await expect(client.orders.list()).rejects.toMatchObject({ status: 401 })
  await expect(client.orders.place({ body: { lines: [{ productId, quantity: 1 }] } })).rejects.toMatchObject({
    status: 401,
  })
})

test('the report is for managers, counts what was not cancelled, and stands in the audit trail', async () => {
  const sold = await shop.product(100, { name: 'Sold', price: '10.00', cost: '4.00' })
  const place = (quantity: number) => ada.api.orders.place({ body: { lines: [{ productId: sold, quantity }] } })
  await place(2)
  await place(3)
  const { id } = await place(5)
  await ada.api.orders.cancel({ params: { id } })
  const query = { from: '2000-01-01', until: '2100-01-01' }
  const sales = await shop.manager.reports.sales({ query })
  expect(sales.find(({ productId }) => productId === sold)).toEqual({
    productId: sold,
    name: 'Sold',
    pieces: 5,
    revenue: '50.00',
    margin: '30.00',
  })
  await expect(shop.staff.reports.sales({ query })).rejects.toMatchObject({ status: 403 })
  expect(await shop.systemEntries('sales report')).toBe(1)
})
