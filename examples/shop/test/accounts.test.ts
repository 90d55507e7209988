import { hashPassword } from 'ashlar/auth'
import { client } from 'ashlar/client'
import { afterAll, expect, test } from 'vitest'
import type { Api } from '../src/app.ts'
import { database } from '../src/database.ts'
import { account, credentials } from '../src/factories.ts'
import { openShop } from './shop.ts'

const shop = await openShop()
const { url } = await shop.t.listen()
const anybody = client<Api>(url)
afterAll(() => shop[Symbol.asyncDispose]())

const PASSWORD = 'seven lanterns on a hill'

async function logIn(email: string, password = PASSWORD) {
  const { access_token: token } = await anybody.auth.token({ form: { username: email, password } })
  return client<Api>(url, { token })
}

async function register(name: string) {
  const email = `${name}@example.com`
  await anybody.auth.register({ body: { email, password: PASSWORD, name } })
  const [, token] = /token=([\w-]+)/.exec(shop.mails.last(email)!.text)!
  await anybody.auth.verifyEmail({ body: { token: token!, password: PASSWORD } })
  return logIn(email)
}

/** Somebody who works here, and can log in. */
async function hire(name: string, roles: string[]) {
  const passwordHash = await hashPassword(PASSWORD)
  const email = `${name}@example.com`
  await shop.t.run({ tx: database.transaction }, async ({ tx }) => {
    const { id: userId } = await account.create(tx, { email, name, roles })
    await credentials.create(tx, { userId, passwordHash })
  })
  return logIn(email)
}

test('who registers can log in and buy, through the typed client and a socket', async () => {
  const ada = await register('ada')
  const productId = await shop.product(3)
  const order = await ada.orders.place({ body: { lines: [{ productId, quantity: 3 }] } })
  const { id } = await ada.auth.me()
  expect(order).toMatchObject({ customerId: id, status: 'placed', total: '30.00' })
  const { items } = await ada.orders.list({ query: { include: ['lines'] } })
  const quantities: number[] = items.flatMap(({ lines = [] }) => lines.map(({ quantity }) => quantity))
  expect(quantities).toEqual([3])
})

test('a wrong password and an unknown address are the same', async () => {
  await register('eve')
  for (const email of ['eve@example.com', 'nobody@example.com']) {
    const answer = await anybody.auth.logIn.safe({ body: { email, password: 'not the password at all' } })
    expect(answer).toMatchObject({ error: { code: 'invalid_credentials', status: 401 } })
  }
})

test('an account is one’s own, and nobody gives themselves a role', async () => {
  const [ada, bob] = [await register('ada2'), await shop.customer()]
  const { id } = await ada.auth.me()
  expect((await ada.accounts.list()).items.map((each) => each.id)).toEqual([id])
  await expect(bob.api.accounts.read({ params: { id } })).rejects.toMatchObject({ status: 404 })
  const more = { roles: ['manager'], emailVerifiedAt: null, email: 'other@example.com' }
  expect(await ada.auth.updateMe({ body: { name: 'Ada L.', ...more } })).toMatchObject({ name: 'Ada L.', roles: [] })
  const seen = await shop.staff.accounts.read({ params: { id } })
  expect(seen).toMatchObject({ name: 'Ada L.', email: 'ada2@example.com', roles: [] })
})

test('managers decide who is staff: the token of before ends, and who logs in again may do what staff do', async () => {
  const manager = await hire('mia', ['staff', 'manager'])
  const zoe = await register('zoe')
  const { id } = await zoe.auth.me()
  const body = { name: 'Cup', price: '9.50', cost: '2.10' }
  await expect(zoe.products.create({ body })).rejects.toMatchObject({ status: 403 })
  await expect(zoe.auth.admin.setRoles({ params: { id }, body: { roles: ['staff'] } })).rejects.toMatchObject({
    status: 403,
  })
  await manager.auth.admin.setRoles({ params: { id }, body: { roles: ['staff'] } })
  await expect(zoe.auth.me()).rejects.toMatchObject({ status: 401 })
  const hired = await logIn('zoe@example.com')
  await hired.products.create({ body })
  await manager.auth.admin.setRoles({ params: { id }, body: { roles: [] } })
  await expect(hired.products.create({ body })).rejects.toMatchObject({ status: 401 })
})
