import { eq } from 'drizzle-orm'
import { integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { createApp, router } from 'ashlar'
import { client } from 'ashlar/client'
import { testApp } from 'ashlar/testing'
import { afterAll, expect, expectTypeOf, test } from 'vitest'
import { migrationsOf, PASSWORD, testOutbox } from '../../accounts.fixture.ts'
import { database } from '../../../data/database.ts'
import { accountTables } from '../../tables/account-tables.ts'
import { userColumns } from '../../tables/user-columns.ts'
import { accounts } from '../accounts.ts'

const people = pgTable('people', {
  ...userColumns(),
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  username: text().notNull().unique(),
  city: text(),
  salary: integer().notNull().default(0),
})
const tables = accountTables(people)
const schema = { people, ...tables }
const { folder, remove } = migrationsOf(schema)
const db = database({ schema, migrations: folder })
const outbox = testOutbox()
const auth = accounts({
  database: db,
  users: people,
  tables,
  mailer: outbox.mailer,
  profile: ['username', 'city'],
  logInWith: ['email', 'username'],
})
const app = createApp({ title: 'People', version: '1', database: db, auth, api: router('', { auth: auth.api }) })
const t = await testApp(app)
afterAll(async () => {
  await t.stop()
  remove()
})

async function register(email: string, username: string): Promise<void> {
  await t.client.auth.register({ body: { email, password: PASSWORD, username } })
  await t.client.auth.verifyEmail({ body: { token: await outbox.token(email), password: PASSWORD } })
}

test('a table with keys of its own, names to log in with and columns that are nobody else’s business', async () => {
  await register('grace@example.com', ' grace ')
  for (const login of ['grace', ' grace', 'GRACE@example.com']) {
    const result = await t.client.auth.logIn({ body: { login, password: PASSWORD } })
    expect(result.status).toBe('logged_in')
  }
  const result = await t.client.auth.logIn({ body: { login: 'grace', password: PASSWORD } })
  if (result.status !== 'logged_in') throw new Error(result.status)
  const api = client(t.app, { token: result.accessToken! })
  const me = await api.auth.me()
  expectTypeOf(me.id).toEqualTypeOf<number>()
  expectTypeOf(me.city).toEqualTypeOf<string | null>()
  expectTypeOf(me).not.toHaveProperty('salary')
  expect(me).toMatchObject({ id: expect.any(Number) as unknown, username: 'grace', city: null })
  expect(me).not.toHaveProperty('salary')
  expect((await api.auth.updateMe({ body: { city: 'Arlington' } })).city).toBe('Arlington')
  // @ts-expect-error -- not of the profile, and dropped
  await api.auth.updateMe({ body: { salary: 1_000_000 } })
  const [row] = await t.run({ tx: db.transaction }, ({ tx }) => tx.select().from(people))
  expect(row).toMatchObject({ salary: 0, city: 'Arlington' })
})

test('a name that is taken is a conflict, also where the address is known', async () => {
  await register('one@example.com', 'unique')
  const again = (email: string) => t.client.auth.register({ body: { email, password: PASSWORD, username: 'unique' } })
  await expect(again('two@example.com')).rejects.toMatchObject({ status: 409 })
  await expect(again('one@example.com')).rejects.toMatchObject({ status: 409 })
})

test('the name an account is logged in with is changed by its owner, and by nobody who acts for them', async () => {
  await register('owner@example.com', 'owner')
  const [row] = await t.run({ tx: db.transaction }, ({ tx }) =>
    tx.select({ id: people.id }).from(people).where(eq(people.username, 'owner')),
  )
  const identity = { roles: [], permissions: [], scopes: ['*'], restricted: false, methods: [], via: 'token' }
  const owner = { id: row!.id, authenticatedAt: 1, ...identity }
  const change = async (caller: object, json: object): Promise<number> =>
    (await t.fetch('/auth/me', { method: 'PATCH', as: { ...owner, ...caller } as never, json })).status
  for (const caller of [{ impersonatedBy: 1 }, { restricted: true, scopes: ['write'] }]) {
    expect(await change(caller, { username: 'stolen' })).toBe(403)
    expect(await change(caller, { username: 'owner', city: 'Arlington' })).toBe(200)
  }
  expect(await change({}, { username: 'renamed' })).toBe(200)
})

test("nobody takes another's address for a name, nor what looks like one", async () => {
  const body = { email: 'eve@example.com', password: PASSWORD, username: 'grace@example.com' }
  await expect(t.client.auth.register({ body })).rejects.toMatchObject({ status: 422 })
})

test('the document describes the operations by the table', async () => {
  const document = (await (await t.fetch('/openapi.json')).json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>
    readonly components: { readonly schemas: Readonly<Record<string, { readonly properties?: object }>> }
  }
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining(['/auth/register', '/auth/login', '/auth/me', '/auth/admin/users', '/auth/token']),
  )
  expect(Object.keys(document.components.schemas['Me']!.properties!)).toEqual(
    expect.arrayContaining(['username', 'city', 'session']),
  )
  const administered = Object.keys(document.components.schemas).filter((name) => name.includes('AdministeredUser'))
  expect(administered).toEqual(['AdministeredUser'])
})

test.for([
  [{ profile: ['nickname'] }, /profile names "nickname"/],
  [{ profile: ['roles'] }, /kept by accounts/],
  [{ logInWith: ['city'] }, /make the column .unique/],
  [{ logInWith: ['phone'] }, /names "phone"/],
  [{ logInWith: [] }, /names no column/],
  [{ origin: 'https://app.example.com/path' }, /an origin is a scheme and a host/],
] as const)('a mistake in the options is told at start: %o', ([options, message]) => {
  const given = { database: db, users: people, tables, ...options } as never
  expect(() => accounts(given)).toThrow(message)
})

test('a table that lacks a column is told so', () => {
  const { disabledAt: _disabledAt, ...columns } = userColumns()
  const without = pgTable('without', columns) as never
  expect(() => accounts({ database: db, users: without, tables })).toThrow(/no disabledAt/)
  const dates = pgTable('dates', { ...userColumns(), disabledAt: timestamp('disabled_at', { withTimezone: true }) })
  expect(() => accounts({ database: db, users: dates, tables })).toThrow(/mode 'string'/)
})

test('tables that no migration would make are told when the accounts are declared', () => {
  expect(() => accounts({ database: database({ schema: { people } }), users: people, tables })).toThrow(
    /"auth_\w+" is not in the schema of its database/,
  )
  expect(() => accounts({ database: database({ schema: tables }), users: people, tables })).toThrow(
    /"people" is not in the schema of its database/,
  )
})

test('operations are replaced and taken away one by one', () => {
  const api = auth.api.without('deleteMe', 'admin').with({ jwks: auth.api.children.jwks })
  expect(Object.keys(api.children)).not.toContain('deleteMe')
  expect(Object.keys(api.with({ extra: router('/x', {}) }).children)).toContain('extra')
  expectTypeOf(api.children).not.toHaveProperty('deleteMe')
})
