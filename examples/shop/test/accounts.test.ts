import { client } from 'ashlar/client'
import { afterAll, expect, test } from 'vitest'
import type { Api } from '../src/app.ts'
import { openShop } from './shop.ts'

const shop = await openShop()
afterAll(() => shop[Symbol.asyncDispose]())

const body = { email: 'Ada@example.com', password: 'correct horse', name: 'Ada' }

test('who registers can log in and buy, through the typed client and a socket', async () => {
  const { url } = await shop.t.listen()
  const anybody = client<Api>(url)
  const { id } = await anybody.accounts.register({ body })
  const { token } = await anybody.accounts.logIn({ body: { email: 'ada@example.com', password: body.password } })
  const ada = client<Api>(url, { token })
  const productId = await shop.product(3)
  const order = await ada.orders.place({ body: { lines: [{ productId, quantity: 3 }] } })
  expect(order).toMatchObject({ customerId: id, status: 'placed', total: '30.00' })
  const { items } = await ada.orders.list({ query: { include: ['lines'] } })
  const quantities: number[] = items.flatMap(({ lines = [] }) => lines.map(({ quantity }) => quantity))
  expect(quantities).toEqual([3])
})

test('a wrong password and an unknown address are the same', async () => {
  const attempts = [
    { email: 'ada@example.com', password: 'wrong password' },
    { email: 'nobody@example.com', password: 'wrong password' },
  ]
  for (const attempt of attempts) {
    const answer = await shop.t.client.accounts.logIn.safe({ body: attempt })
    expect(answer).toMatchObject({ error: { code: 'invalid_credentials', status: 401 } })
  }
})

test('an account is one’s own, and nobody gives themselves a role', async () => {
  const [ada, bob] = [await shop.customer(), await shop.customer()]
  expect((await ada.api.accounts.list()).items.map(({ id }) => id)).toEqual([ada.id])
  await expect(bob.api.accounts.read({ params: { id: ada.id } })).rejects.toMatchObject({ status: 404 })
  const change = { method: 'PATCH', as: { id: ada.id }, json: { name: 'Ada L.', role: 'manager', passwordHash: 'x' } }
  const response = await shop.t.fetch(`/api/accounts/${ada.id}`, change)
  expect(await response.json()).toMatchObject({ name: 'Ada L.', role: 'customer' })
  const seen = await shop.staff.accounts.read({ params: { id: ada.id } })
  expect(seen).toMatchObject({ name: 'Ada L.' })
  expect(seen).not.toHaveProperty('passwordHash')
})
