// GZ8: read-only credentials write nowhere. Every operation of an app is called with them: accounts, factors, keys, organisations, the authorization server, and
// tables with all that a resource makes of one. The database is compared row by row.
import { anyOf } from 'ashlar/access'
import { id, resource, softDeletion, timestamps } from 'ashlar/data'
import { sql } from 'drizzle-orm'
import { pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountsApp, users, type AccountsApp } from '../../src/auth/accounts.fixture.ts'
import { apiKeys } from '../../src/auth/api-keys/api-keys.ts'
import { secondFactors } from '../../src/auth/factors/second-factors.ts'
import { authorizationServer } from '../../src/auth/oauth-server/authorization-server.ts'
import { oauthServerTables } from '../../src/auth/oauth-server/tables.ts'
import { organisations } from '../../src/auth/organisations/organisations.ts'
import { organisationTables } from '../../src/auth/tables/organisation-tables.ts'

const orgTables = organisationTables(users)
const oauthTables = oauthServerTables(users)
const notes = pgTable('notes', {
  id: id(),
  text: text().notNull(),
  ownerId: uuid('owner_id').notNull(),
  ...timestamps(),
  ...softDeletion(),
})
const ours = pgTable('ours', { id: id(), text: text().notNull(), organisationId: uuid('organisation_id').notNull() })
const BULK = { create: true, update: true, delete: true }
const SCOPES = { read: 'Read everything', 'posts:write': 'Write posts' }

let app: AccountsApp
/** By the beginning of a path: what its `:id` is. */
let ids: Record<string, string>
let principals: Record<string, Record<string, string>>
let whole: Record<string, string>

beforeAll(async () => {
  app = await accountsApp(
    { roles: { admin: ['*'] }, organisations: { tables: orgTables, roles: { owner: ['*'] } } },
    {
      schema: { ...orgTables, ...oauthTables, notes, ours },
      api: (auth, db) => {
        const { owner, role } = auth.access
        const orgs = organisations(auth)
        const oauth = authorizationServer(auth, { tables: oauthTables, scopes: SCOPES })
        const mine = anyOf(owner('ownerId'), role('admin'))
        const access = { read: mine, create: mine, update: mine, delete: mine, purge: mine }
        return {
          factors: secondFactors(auth, { passkeys: {} }),
          keys: apiKeys(auth, { scopes: { 'posts:write': 'Write posts' } }),
          organisations: orgs.api,
          oauth: oauth.api,
          wellKnown: oauth.wellKnown,
          notes: resource(notes, { database: db, access, bulk: BULK }) as never,
          ours: resource(ours, { database: db, access: orgs.tenant('organisationId'), bulk: BULK }) as never,
        }
      },
    },
  )
  await prepare()
})
afterAll(() => app?.stop())

/** An administrator who owns one of everything, and what restricted credentials they have. */
async function prepare(): Promise<void> {
  const [admin, other] = [await app.register({ roles: ['admin'] }), await app.register()]
  let headers = (await app.logIn(admin.email)).headers
  const make = async (path: string, json?: object): Promise<Record<string, string>> => {
    const response = await app.post(path, json, headers)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Record<string, string>
  }
  const organisation = await make('/organisations', { name: 'Acme', slug: 'acme' })
  const { accessToken } = await make(`/organisations/${organisation['id']}/switch`)
  headers = { authorization: `Bearer ${accessToken}` }
  const invitation = { email: 'new@example.com', roles: ['owner'] }
  const grants = ['client_credentials']
  const oauthClient = await make('/oauth/clients', {
    name: 'x',
    redirectUris: [],
    grants,
    scopes: ['read', 'posts:write'],
  })
  const { id: session } = ((await (await app.t.fetch('/auth/sessions', { headers })).json()) as { id: string }[])[0]!
  const key = await make('/auth/keys', { name: 'reads', scopes: ['read'] })
  ids = {
    '/auth/sessions': session,
    '/auth/keys': key['id']!,
    '/auth/admin': other.id,
    '/organisations': organisation['id']!,
    '/oauth/clients': oauthClient['id']!,
    '/notes': (await make('/notes', { text: 'mine' }))['id']!,
    '/ours': (await make('/ours', { text: 'ours' }))['id']!,
    invitationId: (await make(`/organisations/${organisation['id']}/invitations`, invitation))['id']!,
    userId: other.id,
  }
  const basic = Buffer.from(`${oauthClient['id']}:${oauthClient['secret']}`).toString('base64')
  const form = { 'content-type': 'application/x-www-form-urlencoded', authorization: `Basic ${basic}` }
  const body = 'grant_type=client_credentials&scope=read'
  const token = (await (await app.t.fetch('/oauth/token', { method: 'POST', headers: form, body })).json()) as {
    access_token: string
  }
  const scoped = await make('/auth/keys', { name: 'other scope', scopes: ['posts:write'] })
  principals = {
    'a key as Bearer': { authorization: `Bearer ${key['key']}` },
    'a key as X-API-Key': { 'x-api-key': key['key']! },
    "a client's token": { authorization: `Bearer ${token.access_token}` },
    'a key of another scope': { authorization: `Bearer ${scoped['key']}` },
  }
  whole = { authorization: `Bearer ${(await make('/auth/keys', { name: 'all' }))['key']}` }
}

const NOBODY = '0190a0a0-0000-7000-8000-000000000000'

/** Valid bodies for what would otherwise be refused for its body. */
const BODIES: Readonly<Record<string, unknown>> = {
  'POST /auth/keys': { name: 'another' },
  'POST /organisations': { name: 'Other', slug: 'other' },
  'PATCH /auth/me': { name: 'Eve' },
  'POST /notes': { text: 'written' },
  'POST /ours': { text: 'written' },
  'POST /notes/bulk': { items: [{ text: 'written' }] },
  'POST /ours/bulk': { items: [{ text: 'written' }] },
}

interface Operation {
  readonly method: string
  readonly path: string
  readonly name: string
  /** Whether it asks nobody who they are. */
  readonly open: boolean
}

function operations(): readonly Operation[] {
  return app.t.app.operations.map(({ placed, access }) => {
    const path = placed.path.replaceAll(/:(\w+)/g, (_, name: string) => {
      const start = Object.keys(ids).find((each) => placed.path.startsWith(`${each}/`))
      return ids[name] ?? (start === undefined ? NOBODY : ids[start]!)
    })
    return { method: placed.operation.method, path, name: placed.name, open: access.anonymous }
  })
}

const SAFE = ['GET', 'HEAD', 'OPTIONS']
const isSafe = ({ method }: Operation): boolean => SAFE.includes(method)

function send({ method, path }: Operation, headers: Record<string, string> = {}): Promise<Response> {
  const json = isSafe({ method } as Operation) ? undefined : (BODIES[`${method} ${path}`] ?? {})
  return app.t.fetch(path, { method, headers, redirect: 'manual', ...(json !== undefined && { json }) })
}

/** Every row of every table, but for when something was last used, challenges, which anybody may ask for and which are counted, and that credentials have ended themselves. */
async function contents(): Promise<Record<string, unknown>> {
  const rows = (text: string): Promise<Record<string, unknown>[]> =>
    app.t.run({ drizzle: app.db.drizzle }, async ({ drizzle }) => (await drizzle.execute(sql.raw(text))).rows)
  const tables = await rows(
    `select table_name from information_schema.tables where table_schema = 'public' and table_name <> 'auth_limits'`,
  )
  const found: Record<string, unknown> = {}
  for (const { table_name: table } of tables)
    found[String(table)] = await rows(
      `select (to_jsonb(t) - 'last_used_at' - 'last_seen_at')::text as row from "${String(table)}" t
       where to_jsonb(t) ->> 'purpose' is distinct from 'passkey-log-in' and coalesce(to_jsonb(t) ->> 'key', '') not like '%:begun'
         and to_jsonb(t) ->> 'event' is distinct from 'logged_out' order by 1`,
    )
  return found
}

describe('with what only reads', () => {
  test('no operation that changes something is open, and no row has changed', async () => {
    const before = await contents()
    const unsafe = operations().filter((each) => !isSafe(each))
    expect(unsafe.length).toBeGreaterThan(60)
    for (const [principal, headers] of Object.entries(principals))
      for (const operation of unsafe) {
        const { status } = await send(operation, headers)
        const called = `${operation.method} ${operation.path} (${operation.name}) with ${principal}`
        // 401: of those that only know browsers.
        if (!operation.open) expect([401, 403], called).toContain(status)
        // What asks nobody answers them as it answers everybody.
        else expect([403, (await send(operation)).status], called).toContain(status)
      }
    expect(await contents()).toEqual(before)
  })

  test('what is open to nobody in particular is what begins or ends a session, and what a mail or another app sends', () => {
    const open = operations().filter((each) => !isSafe(each) && each.open)
    for (const { name } of open) expect(name).toMatch(/^(auth|factors|oauth)\./)
    expect(operations().filter((each) => !isSafe(each) && !each.open).length).toBeGreaterThan(40)
  })

  test('every operation that reads answers, or its rules ask for more than reading', async () => {
    const before = await contents()
    const safe = operations().filter(isSafe)
    const refused = new Set<string>()
    for (const operation of safe) {
      const { status } = await send(operation, principals['a key as Bearer'])
      const refusal = operation.name.startsWith('oauth.') ? 401 : 403
      expect([200, 302, 400, 403, 404, 422, refusal], `${operation.method} ${operation.path}`).toContain(status)
      if (status === 403 || status === 401) refused.add(operation.name)
    }
    for (const name of [
      'auth.me',
      'organisations.list',
      'organisations.members',
      'notes.list',
      'notes.read',
      'ours.list',
    ])
      expect([...refused]).not.toContain(name)
    // The rest is for people who manage their account, or administer: with all of their rights.
    for (const name of refused) expect(rulesOf(name), name).toMatch(/unrestricted|interactive|at the browser|role/)
    expect(await contents()).toEqual(before)
    expect(refused.size).toBeLessThan(safe.length / 2)
  })
})

test('the same calls are open to a key of all rights, or the refusals would say nothing', async () => {
  for (const path of ['/notes', '/ours']) {
    const created = await send({ method: 'POST', path, name: '', open: false }, whole)
    expect(created.status).toBe(201)
    const { id: made } = (await created.json()) as { id: string }
    const changed = await app.t.fetch(`${path}/${made}`, { method: 'PATCH', headers: whole, json: { text: 'changed' } })
    expect(changed.status).toBe(200)
    const removed = await app.t.fetch(`${path}/${made}`, { method: 'DELETE', headers: whole })
    expect(removed.status).toBe(204)
  }
  expect((await app.t.fetch('/auth/me', { method: 'PATCH', headers: whole, json: { name: 'Eve' } })).status).toBe(200)
})

function rulesOf(name: string): string {
  const found = app.t.app.operations.find(({ placed }) => placed.name === name)
  return JSON.stringify(found?.access.rules.map(({ node }) => node))
}
