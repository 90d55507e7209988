import { createApp, router } from 'ashlar'
import { testApp } from 'ashlar/testing'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { afterAll, expect, test } from 'vitest'
import { database } from '../../data/database.ts'
import { migrationsOf, PASSWORD, testOutbox } from '../accounts.fixture.ts'
import { accounts } from '../accounts/accounts.ts'
import { accountTables } from '../tables/account-tables.ts'
import { userColumns } from '../tables/user-columns.ts'

const people = pgTable('people', {
  ...userColumns(),
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  username: text().notNull().unique(),
})
const tables = accountTables(people)
const schema = { people, ...tables }
const { folder, remove } = migrationsOf(schema)
const db = database({ schema, migrations: folder })
const auth = accounts({
  database: db,
  users: people,
  tables,
  mailer: testOutbox().mailer,
  profile: ['username'],
  logInWith: ['email', 'username'],
  register: { verification: 'none' },
  attempts: { perNetwork: 10_000 },
})
const app = createApp({ title: 'People', version: '1', database: db, auth, api: router('', { auth: auth.api }) })
const t = await testApp(app)
afterAll(async () => {
  await t.stop()
  remove()
})

const WRONG = 'this is not the password'
const register = (email: string, username: string) =>
  t.client.auth.register({ body: { email, password: PASSWORD, username } })
const logIn = (login: string, password: string) => t.fetch('/auth/login', { method: 'POST', json: { login, password } })
const statuses = async (login: string, times: number): Promise<number[]> => {
  const all: number[] = []
  for (let i = 0; i < times; i += 1) all.push((await logIn(login, WRONG)).status)
  return all
}

test('who has several names has the guesses of one account, and no answer tells that they are one', async () => {
  await register('grace@example.com', 'grace')
  // Names that belong to nobody are answered in the same way.
  for (const [email, username] of [
    ['grace@example.com', 'grace'],
    ['nobody@example.com', 'nobody'],
  ] as const) {
    expect(await statuses(email, 6)).toEqual([401, 401, 401, 401, 401, 429])
    const byName = await logIn(username, email.startsWith('grace') ? PASSWORD : WRONG)
    expect(byName.status).toBe(401)
    expect(await byName.json()).toMatchObject({ code: 'invalid_credentials' })
    expect(byName.headers.get('ratelimit')).toBeNull()
    expect(await statuses(username, 5)).toEqual([401, 401, 401, 401, 429])
  }
})

test('a session gives no more guesses than the log-in has', async () => {
  await register('ada@example.com', 'ada')
  const { accessToken } = (await (await logIn('ada', PASSWORD)).json()) as { readonly accessToken: string }
  const prove = (password: string) =>
    t.fetch('/auth/reauthenticate', {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}` },
      json: { password },
    })
  for (let i = 0; i < 5; i += 1) expect((await prove(WRONG)).status).toBe(401)
  expect((await prove(PASSWORD)).status).toBe(429)
  expect((await logIn('ada', PASSWORD)).status).toBe(401)
})

test('a success ends the count for all names', async () => {
  await register('alan@example.com', 'alan')
  expect(await statuses('alan', 4)).toEqual([401, 401, 401, 401])
  expect((await logIn('alan@example.com', PASSWORD)).status).toBe(200)
  expect(await statuses('alan@example.com', 4)).toEqual([401, 401, 401, 401])
  expect((await logIn('alan@example.com', PASSWORD)).status).toBe(200)
})

test('a number that is a user name is not the id of somebody else', async () => {
  await register('joan@example.com', 'joan')
  const { userId } = (await (await logIn('joan', PASSWORD)).json()) as { readonly userId: number }
  expect(await statuses(String(userId), 6)).toEqual([401, 401, 401, 401, 401, 429])
  expect((await logIn('joan', PASSWORD)).status).toBe(200)
})
