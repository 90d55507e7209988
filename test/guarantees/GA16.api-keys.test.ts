// GA16: API keys are shown once, kept as hashes, found by a prefix, scoped and expiring; and the same key is the same principal, with the same decision,
// wherever it enters. The planes of today: both headers, a socket and `app.fetch`, the typed client, and code outside a request. WebSockets and jobs take the
// identity of `core.process` when they come.
import { route, router } from 'ashlar'
import { allOf } from 'ashlar/access'
import { client } from 'ashlar/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { accountsApp, type AccountsApp } from '../../src/auth/accounts.fixture.ts'
import { apiKeys } from '../../src/auth/api-keys/api-keys.ts'

const Shown = z.object({
  id: z.string(),
  roles: z.array(z.string()),
  permissions: z.array(z.string()),
  scopes: z.array(z.string()),
  restricted: z.boolean(),
  via: z.string(),
  authenticatedAt: z.number(),
  methods: z.array(z.string()),
  keyId: z.string().optional(),
})
type Shown = z.infer<typeof Shown>

let app: AccountsApp
let url: string
let by: string
beforeAll(async () => {
  app = await accountsApp(
    { roles: { admin: ['*'], editor: ['posts:*'] } },
    {
      api: (auth) => {
        const { authenticated, role, scope, unrestricted, optionallyAuthenticated } = auth.access
        const shown = { response: Shown, status: 200 } as const
        return {
          keys: apiKeys(auth, { scopes: { 'posts:write': 'Write posts' } }),
          who: route.get('/who', { access: authenticated, ...shown }, ({ user }) => user as unknown as Shown),
          admin: router('/admin', {
            who: route.get('/who', { access: role('admin'), ...shown }, ({ user }) => user as unknown as Shown),
            write: route.post('/write', { access: role('admin'), ...shown }, ({ user }) => user as unknown as Shown),
          }),
          post: route.post(
            '/posts',
            { access: allOf(role('admin'), scope('posts:write')), ...shown },
            ({ user }) => user as unknown as Shown,
          ),
          whole: route.get('/whole', { access: unrestricted, ...shown }, ({ user }) => user as unknown as Shown),
          maybe: route.get(
            '/maybe',
            { access: optionallyAuthenticated, response: Shown.partial() },
            ({ user }) => (user ?? {}) as unknown as Shown,
          ),
        }
      },
    },
  )
  url = (await app.t.listen()).url
  const { email } = await app.register({ roles: ['admin', 'editor'] })
  by = (await app.logIn(email)).accessToken
})
afterAll(() => app?.stop())

async function make(scopes: readonly string[] | null): Promise<{ readonly id: string; readonly key: string }> {
  const made = await app.post('/auth/keys', { name: 'x', scopes }, { authorization: `Bearer ${by}` })
  expect(made.status).toBe(201)
  return (await made.json()) as { id: string; key: string }
}

type Send = (method: string, path: string, headers: Record<string, string>) => Promise<Response>

/** How a key comes in with a request. */
function planes(key: string): Readonly<Record<string, (method: string, path: string) => Promise<Response>>> {
  const socket: Send = (method, path, headers) => fetch(`${url}${path}`, { method, headers })
  const inProcess: Send = (method, path, headers) => app.t.fetch(path, { method, headers })
  const bearer = { authorization: `Bearer ${key}` }
  const header = { 'x-api-key': key }
  return {
    'Bearer, socket': (method, path) => socket(method, path, bearer),
    'Bearer, fetch': (method, path) => inProcess(method, path, bearer),
    'X-API-Key, socket': (method, path) => socket(method, path, header),
    'X-API-Key, fetch': (method, path) => inProcess(method, path, header),
  }
}

test.each([
  ['of all rights', null],
  ['that reads', ['read']],
  ['with scopes', ['posts:write']],
  ['of everything', ['read', 'write', 'posts:write']],
])('a key %s is one principal on every plane, and each operation decides alike', async (_, scopes) => {
  const { key, id } = await make(scopes)
  const outside = await app.t.run({ process: app.auth.core.process }, ({ process }) => process.identifyKey(key))
  const identity = Shown.parse(outside)
  expect(identity).toMatchObject({
    roles: ['admin', 'editor'],
    permissions: ['*', 'posts:*'],
    scopes: scopes ?? ['*'],
    restricted: scopes !== null,
    via: 'api-key',
    authenticatedAt: 0,
    methods: [],
    keyId: id,
  })
  const may = (scope: string): boolean => scopes === null || scopes.includes(scope)
  const expected = {
    'GET /who': may('read'),
    'GET /maybe': may('read'),
    'GET /admin/who': may('read'),
    'POST /admin/write': may('write'),
    'POST /posts': may('posts:write'),
    'GET /whole': scopes === null,
  }
  for (const [plane, send] of Object.entries(planes(key)))
    for (const [operation, allowed] of Object.entries(expected)) {
      const [method, path] = operation.split(' ') as [string, string]
      const response = await send(method, path)
      expect(response.status, `${plane}: ${operation}`).toBe(allowed ? 200 : 403)
      if (allowed) expect(await response.json(), `${plane}: ${operation}`).toEqual(identity)
    }
})

test('the typed client sends it as any token', async () => {
  const { key, id } = await make(['read'])
  const typed = client(app.t.app, { token: key })
  expect(await typed.auth.me()).toMatchObject({ session: { via: 'api-key', scopes: ['read'] } })
  expect(await (await app.t.fetch('/who', { headers: { 'x-api-key': key } })).json()).toMatchObject({ keyId: id })
})

test('what is no key is nobody on every plane, and never a reason to go on without one', async () => {
  const { key } = await make(null)
  const last = key.at(-1) === 'A' ? 'B' : 'A'
  const wrong = [key.slice(0, -1) + last, key.slice(0, -1), `${key}A`, key.toUpperCase(), 'ak_', 'ak_x_y', key.slice(3)]
  for (const each of wrong)
    for (const [plane, send] of Object.entries(planes(each)))
      for (const path of ['/who', '/maybe']) expect((await send('GET', path)).status, `${plane} ${each}`).toBe(401)
  for (const each of wrong)
    expect(await app.t.run({ process: app.auth.core.process }, ({ process }) => process.identifyKey(each))).toBe(
      undefined,
    )
})

test('a key is taken of its two headers alone', async () => {
  const { key } = await make(null)
  const query = new URLSearchParams({ api_key: key, apikey: key, access_token: key, key, 'x-api-key': key })
  for (const headers of [
    {},
    { cookie: `__Host-session=${key}` },
    { cookie: `__Host-access=${key}` },
    { 'x-auth': key },
  ])
    expect((await app.t.fetch(`/who?${query.toString()}`, { headers })).status).toBe(401)
  const basic = Buffer.from(`${key}:`).toString('base64')
  expect((await app.t.fetch('/who', { headers: { authorization: `Basic ${basic}` } })).status).toBe(401)
})
