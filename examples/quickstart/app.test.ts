import { client } from 'ashlar/client'
import { testApp } from 'ashlar/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { app } from './app.ts'

const PASSWORD = 'walrus carries nine lanterns'
const t = await testApp(app)
afterAll(() => t.stop())

/** The mails, which are printed in development. */
const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true)

/** Registers and confirms the address, as a new user does. */
async function register(name: string): Promise<string> {
  const email = `${name}@example.com`
  await t.client.auth.register({ body: { email, password: PASSWORD, name } })
  const token = await vi.waitFor(() => tokenOf(email))
  expect(await t.client.auth.verifyEmail({ body: { token, password: PASSWORD } })).toEqual({ status: 'verified' })
  return email
}

function tokenOf(email: string): string {
  const mail = printed.mock.calls.map(([text]) => String(text)).find((text) => text.includes(`To:      ${email}`))
  return /token=([\w-]+)/.exec(mail!)![1]!
}

interface Document {
  readonly components: {
    readonly securitySchemes: {
      readonly bearer: { readonly flows: { readonly password: { readonly tokenUrl: string } } }
    }
  }
}

/** Logs in as the Authorize button of the docs page does, at the token endpoint of the document. */
async function authorized(email: string) {
  const { components } = app.openapi() as unknown as Document
  const { tokenUrl } = components.securitySchemes.bearer.flows.password
  const form = { grant_type: 'password', username: email, password: PASSWORD }
  const response = await t.fetch(new URL(tokenUrl, 'http://localhost').pathname, {
    method: 'POST',
    body: new URLSearchParams(form),
  })
  const { access_token: token } = (await response.json()) as { readonly access_token: string }
  return client(t.app, { token })
}

const visitor = t.client.products
let ada: Awaited<ReturnType<typeof authorized>>
let bob: typeof ada
beforeAll(async () => {
  ;[ada, bob] = [await authorized(await register('ada')), await authorized(await register('bob'))]
})

test('who registers and confirms the address is known by the tokens of the Authorize button', async () => {
  expect(await ada.auth.me()).toMatchObject({ email: 'ada@example.com', name: 'ada' })
})

test('what a seller adds is theirs, and there for all to see', async () => {
  const { id: sellerId } = await ada.auth.me()
  const mug = await ada.products.create({ body: { name: 'mug', stock: 2 } })
  expect(mug).toEqual({ id: expect.any(String) as string, sellerId, name: 'mug', stock: 2 })
  expect(await visitor.read({ params: { id: mug.id } })).toEqual(mug)
  expect((await visitor.list({ query: { sellerId, 'stock[gt]': 1 } })).items).toEqual([mug])
})

test('nobody else changes it or takes it away', async () => {
  const { id } = await ada.products.create({ body: { name: 'jug', stock: 1 } })
  const of = { params: { id } }
  await expect(bob.products.update({ ...of, body: { stock: 0 } })).rejects.toMatchObject({ status: 403 })
  await expect(bob.products.delete(of)).rejects.toMatchObject({ status: 403 })
  await expect(visitor.delete(of)).rejects.toMatchObject({ status: 401 })
  expect(await ada.products.update({ ...of, body: { stock: 3 } })).toMatchObject({ stock: 3 })
  await ada.products.delete(of)
  await expect(visitor.read(of)).rejects.toMatchObject({ status: 404 })
})

test('only users add products, and each name once', async () => {
  const body = { name: 'cup', stock: 1 }
  await expect(visitor.create({ body })).rejects.toMatchObject({ status: 401 })
  await ada.products.create({ body })
  await expect(bob.products.create({ body })).rejects.toMatchObject({ status: 409, code: 'unique_violation' })
})

test('a product that is not valid is refused, with every reason', async () => {
  const body = { name: '', stock: -1 }
  await expect(ada.products.create({ body })).rejects.toMatchObject({
    status: 422,
    issues: [{ path: ['name'] }, { path: ['stock'] }],
  })
})

test('the last one is sold once, however many want it', async () => {
  const { id } = await ada.products.create({ body: { name: 'lamp', stock: 1 } })
  const answers = await Promise.all([1, 2, 3].map(() => bob.products.buy.safe({ params: { id } })))
  expect(answers.filter((answer) => answer.ok)).toHaveLength(1)
  expect(answers.filter((answer) => !answer.ok && answer.error.code === 'sold_out')).toHaveLength(2)
  expect(await visitor.read({ params: { id } })).toMatchObject({ stock: 0 })
})

test('nobody buys what is not there', async () => {
  const params = { id: '00000000-0000-4000-8000-000000000000' }
  await expect(bob.products.buy({ params })).rejects.toMatchObject({ status: 404, code: 'not_found' })
})
