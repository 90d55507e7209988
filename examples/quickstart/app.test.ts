import { client } from 'ashlar/client'
import { testApp, type TestApp } from 'ashlar/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { app } from './app.ts'

const KEY = 'let-me-in'
let t: TestApp<typeof app.api>
beforeAll(async () => {
  vi.stubEnv('API_KEY', KEY)
  t = await testApp((await import('./app.ts')).app)
})
afterAll(() => t.stop())

const visitor = () => client(t.app).products
const shopkeeper = () => client(t.app, { headers: { 'x-api-key': KEY } }).products

test('what the shopkeeper adds is there to see', async () => {
  const mug = await shopkeeper().create({ body: { name: 'mug', stock: 2 } })
  expect(mug).toEqual({ id: expect.any(Number) as number, name: 'mug', stock: 2 })
  expect(await visitor().read({ params: { id: mug.id } })).toEqual(mug)
  expect((await visitor().list({ query: { 'stock[gt]': 1 } })).items).toContainEqual(mug)
})

test('only the shopkeeper adds products, and each name once', async () => {
  const body = { name: 'cup', stock: 1 }
  await expect(visitor().create({ body })).rejects.toMatchObject({ status: 401 })
  const thief = client(t.app, { headers: { 'x-api-key': 'guessed' } }).products
  await expect(thief.create({ body })).rejects.toMatchObject({ status: 401 })
  await shopkeeper().create({ body })
  await expect(shopkeeper().create({ body })).rejects.toMatchObject({ status: 409, code: 'unique_violation' })
})

test('a product that is not valid is refused, with every reason', async () => {
  const body = { name: '', stock: -1 }
  await expect(shopkeeper().create({ body })).rejects.toMatchObject({
    status: 422,
    issues: [{ path: ['name'] }, { path: ['stock'] }],
  })
})

test('the last one is sold once, however many want it', async () => {
  const { id } = await shopkeeper().create({ body: { name: 'lamp', stock: 1 } })
  const answers = await Promise.all([1, 2, 3].map(() => visitor().buy.safe({ params: { id } })))
  expect(answers.filter((answer) => answer.ok)).toHaveLength(1)
  expect(answers.filter((answer) => !answer.ok && answer.error.code === 'sold_out')).toHaveLength(2)
  expect(await visitor().read({ params: { id } })).toMatchObject({ stock: 0 })
})

test('nobody buys what is not there', async () => {
  await expect(visitor().buy({ params: { id: 999 } })).rejects.toMatchObject({ status: 404, code: 'not_found' })
})
