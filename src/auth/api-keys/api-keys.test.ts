import { route } from 'ashlar'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { accountsApp, PASSWORD, type AccountsApp, type TestTokens } from '../accounts.fixture.ts'
import { apiKeys } from './api-keys.ts'

let app: AccountsApp
let other: Awaited<ReturnType<AccountsApp['t']['with']>>
let ada: Person
let admin: Person
beforeAll(async () => {
  app = await accountsApp(
    {},
    {
      api: (auth) => ({
        keys: apiKeys(auth, { scopes: { 'posts:write': 'Write posts' }, maxPerUser: 20 }),
        write: route.post('/posts', { access: auth.access.scope('posts:write'), response: z.string() }, () => 'yes'),
      }),
    },
  )
  other = await app.t.with({})
  ;[ada, admin] = [await person(), await person(['admin'])]
})
afterAll(() => app?.stop())

interface Person extends TestTokens {
  readonly id: string
  readonly email: string
}

async function person(roles?: readonly string[]): Promise<Person> {
  const registered = await app.register(roles === undefined ? {} : { roles })
  return { ...registered, ...(await app.logIn(registered.email)) }
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, never>
}

async function call(
  method: string,
  path: string,
  { by, json, at = app.t }: { by?: string | undefined; json?: unknown; at?: Pick<AccountsApp['t'], 'fetch'> } = {},
): Promise<Answer> {
  const headers = by === undefined ? {} : { authorization: `Bearer ${by}` }
  const response = await at.fetch(path, { method, headers, ...(json !== undefined && { json }) })
  const text = await response.text()
  const body = text === '' ? {} : (JSON.parse(text) as Record<string, never>)
  return { status: response.status, headers: response.headers, body }
}

const make = async (json: object, by = ada): Promise<{ id: string; key: string; prefix: string }> => {
  const made = await call('POST', '/auth/keys', { by: by.accessToken, json: { name: 'ci', ...json } })
  expect(made).toMatchObject({ status: 201 })
  return made.body as never
}

describe('a key', () => {
  test('is shown once, and kept as a hash', async () => {
    const made = await call('POST', '/auth/keys', { by: ada.accessToken, json: { name: ' CI ', scopes: ['read'] } })
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'CI', scopes: ['read'], perMinute: null, expiresAt: null, lastUsedAt: null, createdBy: ada.id },
    })
    expect(made.headers.get('cache-control')).toBe('no-store')
    const { id, key, prefix } = made.body as unknown as { id: string; key: string; prefix: string }
    expect(key).toMatch(/^ak_[a-z0-9]{12}_[A-Za-z0-9_-]{43}$/)
    expect(key.startsWith(`${prefix}_`)).toBe(true)
    const list = await call('GET', '/auth/keys', { by: ada.accessToken })
    expect(list.body).toMatchObject([{ id, prefix, name: 'CI' }])
    const secret = key.slice(prefix.length + 1)
    expect(JSON.stringify(list.body)).not.toContain(secret)
    const stored = await rows('select row_to_json(k)::text as row from auth_api_keys k')
    const events = await rows('select row_to_json(e)::text as row from auth_events e')
    expect(stored).toHaveLength(1)
    expect(JSON.stringify([stored, events])).not.toContain(secret)
    expect(await eventsOf(ada)).toContain('api_key_created')
  })

  test('belongs to who calls, whatever the body says (GA12)', async () => {
    const bob = await person()
    const json = { name: 'x', userId: bob.id, user_id: bob.id, createdBy: bob.id }
    expect((await call('POST', '/auth/keys', { json })).status).toBe(401)
    const { body } = await call('POST', '/auth/keys', { by: ada.accessToken, json })
    expect(body).toMatchObject({ createdBy: ada.id })
    const me = await call('GET', '/auth/me', { by: body['key'] })
    expect(me.body).toMatchObject({ id: ada.id, session: { id: null, via: 'api-key' } })
    expect((await call('GET', '/auth/keys', { by: bob.accessToken })).body).toEqual([])
  })

  test('may have only scopes that are declared, and never a wildcard', async () => {
    for (const scopes of [['*'], ['posts:*'], ['delete'], []]) {
      const refused = await call('POST', '/auth/keys', { by: ada.accessToken, json: { name: 'x', scopes } })
      expect(refused).toMatchObject({ status: 422, body: { code: 'validation_failed' } })
    }
    const { key } = await make({ scopes: ['posts:write'] })
    expect((await call('POST', '/posts', { by: key })).status).toBe(200)
    expect((await call('GET', '/auth/me', { by: key })).status).toBe(403)
    const reader = await make({ scopes: ['read'] })
    expect((await call('GET', '/auth/me', { by: reader.key })).status).toBe(200)
    expect((await call('POST', '/posts', { by: reader.key })).status).toBe(403)
  })

  test('makes no keys, even one of all rights', async () => {
    const { key, id } = await make({})
    expect((await call('GET', '/auth/me', { by: key })).status).toBe(200)
    expect((await call('POST', '/auth/keys', { by: key, json: { name: 'successor' } })).status).toBe(403)
    expect((await call('GET', '/auth/keys', { by: key })).status).toBe(403)
    expect((await call('DELETE', `/auth/keys/${id}`, { by: key })).status).toBe(403)
  })

  test('is renamed and revoked by its owner alone', async () => {
    const bob = await person()
    const { id } = await make({})
    const path = `/auth/keys/${id}`
    expect((await call('PATCH', path, { by: bob.accessToken, json: { name: 'mine' } })).status).toBe(404)
    expect((await call('DELETE', path, { by: bob.accessToken })).status).toBe(404)
    const renamed = await call('PATCH', path, { by: ada.accessToken, json: { name: 'deploy' } })
    expect(renamed).toMatchObject({ status: 200, body: { id, name: 'deploy' } })
    expect((await call('DELETE', path, { by: ada.accessToken })).status).toBe(204)
    expect((await call('DELETE', path, { by: ada.accessToken })).status).toBe(404)
    expect(await eventsOf(ada)).toContain('api_key_revoked')
  })
})

test('a revoked key, and a key of a disabled user, is refused on every process', async () => {
  const bob = await person()
  const keys = [await make({}, bob), await make({}, bob)]
  for (const { key } of keys)
    for (const at of [app.t, other]) expect((await call('GET', '/auth/me', { by: key, at })).status).toBe(200)
  const refused = async ({ key }: { key: string }): Promise<void> => {
    expect((await call('GET', '/auth/me', { by: key })).status).toBe(401)
    await vi.waitFor(async () => expect((await call('GET', '/auth/me', { by: key, at: other })).status).toBe(401))
  }
  await call('DELETE', `/auth/keys/${keys[0]!.id}`, { by: bob.accessToken })
  await refused(keys[0]!)
  expect((await call('GET', '/auth/me', { by: keys[1]!.key, at: other })).status).toBe(200)
  expect((await call('POST', `/auth/admin/users/${bob.id}/disable`, { by: admin.accessToken })).status).toBe(200)
  await refused(keys[1]!)
})

test('an expired key is none', async () => {
  const { id, key } = await make({ expiresInDays: 1 })
  await rows(`update auth_api_keys set expires_at = now() - interval '1 second' where id = '${id}' returning id`)
  expect((await call('GET', '/auth/me', { by: key })).status).toBe(401)
})

test('a key that expires while it is remembered ends at its time', async () => {
  const { id, key } = await make({ expiresInDays: 1 })
  await rows(`update auth_api_keys set expires_at = now() + interval '2 seconds' where id = '${id}' returning id`)
  expect((await call('GET', '/auth/me', { by: key })).status).toBe(200)
  await vi.waitFor(async () => expect((await call('GET', '/auth/me', { by: key })).status).toBe(401), 10_000)
})

test('a limit a minute is one for all processes', async () => {
  const { key } = await make({ perMinute: 5 })
  const statuses: number[] = []
  let last: Answer | undefined
  for (let each = 0; each < 8; each++) {
    last = await call('GET', '/auth/me', { by: key, at: each % 2 === 0 ? app.t : other })
    statuses.push(last.status)
  }
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429])
  expect(Number(last!.headers.get('retry-after'))).toBeGreaterThan(0)
})

test('a user has no more keys than allowed, also where many are made at once', async () => {
  const bob = await person()
  const wanted = Array.from({ length: 25 }, () =>
    call('POST', '/auth/keys', { by: bob.accessToken, json: { name: 'many' } }),
  )
  const statuses = (await Promise.all(wanted)).map(({ status }) => status)
  expect(statuses.filter((status) => status === 201)).toHaveLength(20)
  expect(statuses.filter((status) => status === 409)).toHaveLength(5)
})

test('administrators make, list and revoke keys of others, always with scopes', async () => {
  const bob = await person()
  const path = `/auth/admin/users/${bob.id}/keys`
  const by = admin.accessToken
  expect((await call('POST', path, { by, json: { name: 'x' } })).status).toBe(422)
  expect((await call('POST', path, { by, json: { name: 'x', scopes: null } })).status).toBe(422)
  const made = await call('POST', path, { by, json: { name: 'report', scopes: ['read', 'write'] } })
  expect(made).toMatchObject({ status: 201, body: { createdBy: admin.id } })
  const { key, id } = made.body as unknown as { key: string; id: string }
  expect((await call('GET', '/auth/me', { by: key })).body).toMatchObject({ id: bob.id })
  expect((await call('POST', '/auth/logout-all', { by: key })).status).toBe(403)
  expect((await call('GET', path, { by })).body).toMatchObject([{ id }])
  for (const stranger of [bob.accessToken, key])
    for (const [method, json] of [['GET'], ['POST', { name: 'x', scopes: ['read'] }]] as const)
      expect((await call(method, path, { by: stranger, json })).status).toBe(403)
  expect((await call('DELETE', `/auth/admin/users/${ada.id}/keys/${id}`, { by })).status).toBe(404)
  expect((await call('DELETE', `${path}/${id}`, { by })).status).toBe(204)
  expect((await call('GET', '/auth/me', { by: key })).status).toBe(401)
  const nobody = '0190a0a0-0000-7000-8000-000000000000'
  expect((await call('GET', `/auth/admin/users/${nobody}/keys`, { by })).status).toBe(404)
})

test('who acts as a user neither sees nor makes keys of theirs', async () => {
  const session = await call('POST', `/auth/admin/users/${ada.id}/impersonate`, {
    by: admin.accessToken,
    json: { reason: 'support', delivery: 'tokens' },
  })
  const by = session.body['accessToken']
  expect((await call('GET', '/auth/me', { by })).body).toMatchObject({ id: ada.id })
  expect((await call('GET', '/auth/keys', { by })).status).toBe(403)
  expect((await call('POST', '/auth/keys', { by, json: { name: 'back door' } })).status).toBe(403)
})

test('a key says when it was last used', async () => {
  const { id, key } = await make({})
  await call('GET', '/auth/me', { by: key })
  await vi.waitFor(async () => {
    const { body } = await call('GET', '/auth/keys', { by: ada.accessToken })
    const found = (body as unknown as { id: string; lastUsedAt: string | null }[]).find((each) => each.id === id)
    expect(found?.lastUsedAt).toMatch(/Z$/)
  })
})

function rows(statement: string): Promise<Record<string, unknown>[]> {
  return app.t.run({ drizzle: app.db.drizzle }, async ({ drizzle }) => (await drizzle.execute(sql.raw(statement))).rows)
}

async function eventsOf({ id }: Person): Promise<unknown[]> {
  return (await rows(`select event from auth_events where user_id = '${id}'`)).map(({ event }) => event)
}

test('the password is nothing that a key can change', async () => {
  const { key } = await make({ scopes: ['read', 'write', 'posts:write'] })
  const json = { currentPassword: PASSWORD, newPassword: 'eleven otters juggle teapots' }
  expect((await call('POST', '/auth/password', { by: key, json })).status).toBe(403)
})
