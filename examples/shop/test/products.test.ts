import { afterAll, expect, test, vi } from 'vitest'
import { database } from '../src/database.ts'
import { category, inCategory } from '../src/factories.ts'
import { openShop } from './shop.ts'

const shop = await openShop()
afterAll(() => shop[Symbol.asyncDispose]())
const { client } = shop.t
const { customer, staff, manager } = shop

const POT = { name: 'Tea pot', description: 'Holds a litre', price: '34.00', cost: '12.50' }

test('staff make a product: its slug comes of its name, its stock with it, and its cost is nobody’s business', async () => {
  const made = await staff.products.create({ body: POT })
  expect(made).toMatchObject({ name: 'Tea pot', slug: 'tea-pot', price: '34.00', version: 1 })
  expect(Object.keys(made)).not.toContain('cost')
  expect(await shop.stockOf(made.id)).toBe(0)
  await expect(staff.products.create({ body: { ...POT, name: 'tea  POT' } })).rejects.toMatchObject({
    code: 'unique_violation',
  })
  const { api } = await customer()
  await expect(api.products.create({ body: POT })).rejects.toMatchObject({ status: 403 })
  await expect(client.products.create({ body: POT })).rejects.toMatchObject({ status: 401 })
})

test('a price covers the cost, whichever of the two changes', async () => {
  const body = { ...POT, name: 'Cheap pot' }
  await expect(staff.products.create({ body: { ...body, price: '12.49' } })).rejects.toMatchObject({
    code: 'price_below_cost',
  })
  const { id } = await staff.products.create({ body })
  const change = (changes: object) =>
    staff.products.update.safe({ params: { id }, headers: { 'if-match': '"1"' }, body: changes })
  expect(await change({ price: '9.99' })).toMatchObject({ error: { code: 'price_below_cost' } })
  expect(await change({ cost: '100' })).toMatchObject({ error: { code: 'price_below_cost' } })
  expect(await change({ price: '9.99', cost: '5' })).toMatchObject({ ok: true })
})

test('of two who change the same version one is told, and a sale is no change', async () => {
  const id = await shop.product(5)
  const change = { params: { id }, headers: { 'if-match': '"1"' } }
  const { api } = await customer()
  await api.orders.place({ body: { lines: [{ productId: id, quantity: 1 }] } })
  expect(await staff.products.update({ ...change, body: { description: 'first' } })).toMatchObject({ version: 2 })
  await expect(staff.products.update({ ...change, body: { description: 'second' } })).rejects.toMatchObject({
    status: 412,
  })
  await expect(staff.products.update({ params: { id }, body: { description: 'blind' } })).rejects.toMatchObject({
    status: 428,
  })
})

test('a deleted product is gone for customers and comes back as it was', async () => {
  const id = await shop.product(5)
  const of = { params: { id } }
  const before = await client.products.read(of)
  await staff.products.delete({ ...of, headers: { 'if-match': '"1"' } })
  await expect(client.products.read(of)).rejects.toMatchObject({ status: 404 })
  const gone = { query: { deleted: true } } as const
  expect((await staff.products.list(gone)).items.map((each) => each.id)).toContain(id)
  const { api } = await customer()
  await expect(api.products.list(gone)).rejects.toMatchObject({ status: 403 })
  const restored = await staff.products.restore(of)
  expect(restored).toMatchObject({ name: before.name, price: before.price, deletedAt: null })
  expect(await client.products.read(of)).toEqual(restored)
  expect(await shop.stockOf(id)).toBe(5)
  await expect(api.products.restore(of)).rejects.toMatchObject({ status: 403 })
})

test('managers read who changed what; the cost is not told there either', async () => {
  const { id } = await staff.products.create({ body: { ...POT, name: 'Audited pot' } })
  await staff.products.update({ params: { id }, headers: { 'if-match': '"1"' }, body: { price: '40.00', cost: '20' } })
  const { items } = await manager.products.history({ params: { id } })
  expect(items.map(({ action }) => action).toSorted()).toEqual(['create', 'update'])
  const update = items.find(({ action }) => action === 'update')
  expect(update).toMatchObject({ before: { price: '34.00' }, after: { price: '40.00', cost: '[redacted]' } })
  await expect(staff.products.history({ params: { id } })).rejects.toMatchObject({ status: 403 })
})

test('products are found by category, price, stock and words', async () => {
  const { id: pots } = await staff.categories.create({ body: { name: 'Rare pots', slug: 'rare-pots' } })
  const dear = await shop.product(1, { name: 'Samovar', description: 'Boils the water itself', price: '300.00' })
  const cheap = await shop.product(0, { name: 'Little jug', price: '11.00' })
  for (const productId of [dear, cheap])
    await staff.productCategories.create({ params: { productId }, body: { categoryId: pots } })
  const find = async (query: object): Promise<string[]> =>
    (await client.products.list({ query: { 'categories.id': pots, ...query } })).items.map(({ id }) => id)
  expect(await find({})).toEqual([cheap, dear])
  expect(await find({ sort: ['-price'] })).toEqual([dear, cheap])
  expect(await find({ 'price[lte]': '20' })).toEqual([cheap])
  expect(await find({ 'stock.pieces[gt]': 0 })).toEqual([dear])
  expect(await find({ search: 'boiling wat' })).toEqual([dear])
  await staff.productCategories.delete({ params: { productId: dear, categoryId: pots } })
  expect(await find({})).toEqual([cheap])
})

test('categories are a tree', async () => {
  const { id: parentId } = await staff.categories.create({ body: { name: 'Kitchen', slug: 'kitchen' } })
  const { id } = await staff.categories.create({ body: { name: 'Pans', slug: 'pans', parentId } })
  const query = { include: ['parent', 'children'] } as const
  expect(await client.categories.read({ params: { id: parentId }, query: { include: ['children'] } })).toMatchObject({
    children: [{ id, name: 'Pans', slug: 'pans' }],
  })
  expect((await client.categories.list({ query: { slug: 'pans', ...query } })).items).toMatchObject([
    { parent: { id: parentId, name: 'Kitchen' }, children: [] },
  ])
  await expect(staff.categories.delete({ params: { id: parentId } })).rejects.toMatchObject({
    code: 'foreign_key_violation',
  })
  const itself = staff.categories.update({ params: { id }, body: { parentId: id } })
  await expect(itself).rejects.toMatchObject({ code: 'check_violation' })
})

test('a list costs the same few statements, however long it is and whatever it includes', async () => {
  const { id: categoryId } = await shop.t.run({ tx: database.transaction }, ({ tx }) => category.create(tx))
  const observer = await shop.t.run({ engine: database.engine }, ({ engine }) => engine.observer!)
  const fill = async (count: number): Promise<void> => {
    const ids = await Promise.all(Array.from({ length: count }, () => shop.product(1)))
    await shop.t.run({ tx: database.transaction }, ({ tx }) =>
      inCategory.createMany(tx, count, ({ index }) => ({ productId: ids[index]!, categoryId })),
    )
  }
  const query = { 'categories.id': categoryId, include: ['stock', 'categories'], limit: 50 } as const
  const measure = async (): Promise<{ rows: number; statements: string[] }> => {
    const sent = vi.spyOn(observer, 'statement')
    try {
      const { items } = await client.products.list({ query: query })
      return { rows: items.length, statements: sent.mock.calls.map(([text]) => text) }
    } finally {
      sent.mockRestore()
    }
  }
  await fill(2)
  const short = await measure()
  await fill(20)
  const long = await measure()
  expect([short.rows, long.rows]).toEqual([2, 22])
  expect(short.statements).toHaveLength(2)
  expect(long.statements).toEqual(short.statements)
})
