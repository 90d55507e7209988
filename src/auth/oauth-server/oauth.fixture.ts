// An app with accounts and an authorization server behind a socket, and a browser that clicks. Log-ins of a test stand in the place of passwords.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as oauth from 'oauth4webapi'
import { sql, type SQL } from 'drizzle-orm'
import { pgTable } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { createApp } from '../../app/create-app.ts'
import { anyone } from '../../core/access/index.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import { database } from '../../data/database.ts'
import { makeMigration } from '../../data/migrations/make.ts'
import { testApp } from '../../testing/test-app.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import { accountsBase } from '../core/base.ts'
import { LogInResult } from '../core/log-in-result.ts'
import { makeCore } from '../core/make-core.ts'
import type { AccountsOptions } from '../core/options.ts'
import { SESSION_COOKIE } from '../sessions/session-cookies.ts'
import { accountTables } from '../tables/account-tables.ts'
import { userColumns } from '../tables/user-columns.ts'
import { authorizationServer } from './authorization-server.ts'
import type { AuthorizationServerOptions } from './options.ts'
import { oauthServerTables } from './tables.ts'

const users = pgTable('users', userColumns())
const tables = accountTables(users)
const oauthTables = oauthServerTables(users)
const schema = { users, ...tables, ...oauthTables }

export const SCOPES = { 'posts:read': 'Read your posts', 'posts:write': 'Write <b>posts</b>', read: 'Read all' }
export const CALLBACK = 'https://app.example.com/callback'

function ownOperations(core: AccountsCore) {
  const { access, sessions, userRows } = core
  const Who = z.object({
    id: z.string(),
    via: z.string(),
    scopes: z.array(z.string()),
    clientId: z.string().optional(),
    methods: z.array(z.string()),
    authenticatedAt: z.int(),
  })
  return {
    logIn: route.post(
      '/test/login',
      {
        access: anyone,
        body: z.object({
          email: z.string(),
          impersonatorId: z.string().optional(),
          delivery: z.enum(['session', 'cookies', 'tokens']).default('session'),
        }),
        uses: { sessions, userRows },
        response: LogInResult,
      },
      async ({ body: { email, ...body }, ...uses }) => {
        const user = (await uses.userRows.byEmail(email))!
        const more = body.impersonatorId === undefined ? {} : { impersonatorId: body.impersonatorId }
        return uses.sessions.begin({ user, methods: ['pwd'], delivery: body.delivery, ...more })
      },
    ),
    logOut: route.post('/test/logout', { access: access.authenticated, uses: { sessions } }, ({ user, ...uses }) =>
      uses.sessions.end(user.sessionId ?? ''),
    ),
    endAll: route.post('/test/end-all', { access: access.authenticated, uses: { sessions } }, ({ user, ...uses }) =>
      uses.sessions.endAll(user.id),
    ),
    who: route.get('/who', { access: access.scope('posts:read'), response: Who }, ({ user }) => ({
      ...user,
      id: String(user.id),
      scopes: [...user.scopes],
      methods: [...user.methods],
      clientId: user.clientId,
    })),
    write: route.post('/posts', { access: access.scope('posts:write') }, () => undefined),
    plain: route.get('/plain', { access: access.authenticated }, () => undefined),
    account: route.get('/account', { access: access.unrestricted }, () => undefined),
  }
}

/** A port that is free now: the origin must be known before the app is made. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

export async function oauthApp(
  options: Partial<AuthorizationServerOptions> = {},
  accountOptions: Partial<AccountsOptions> = {},
) {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-oauth-'))
  const db = database({ schema, migrations: folder })
  await makeMigration({ database: db, name: 'oauth' })
  const base = accountsBase({ origin, ...accountOptions, database: db, users, tables })
  const { core, authenticators } = makeCore(base)
  const server = authorizationServer({ core }, { tables: oauthTables, scopes: SCOPES, ...options })
  const api = router('', { oauth: server.api, wellKnown: server.wellKnown, own: router('', ownOperations(core)) })
  const app = createApp({ title: 'OAuth', version: '1.0.0', database: db, auth: authenticators, api })
  const t = await testApp(app)
  rmSync(folder, { recursive: true })
  const query = <Row extends Record<string, unknown>>(statement: SQL) =>
    t.run({ drizzle: db.drizzle }, async ({ drizzle }) => (await drizzle.execute<Row>(statement)).rows)
  await query(sql`insert into users (id, email, roles) values
    (gen_random_uuid(), 'ada@example.com', '{}'), (gen_random_uuid(), 'bob@example.com', '{}'), (gen_random_uuid(), 'root@example.com', '{admin}')`)
  await t.app.listen({ port, host: '127.0.0.1' })
  return { t, origin, core, query, ...(await callersOf(origin)) }
}

interface Sent extends RequestInit {
  readonly json?: unknown
  readonly form?: Readonly<Record<string, string>> | URLSearchParams | string
  readonly cookie?: string | undefined
  readonly token?: string
}

async function callersOf(origin: string) {
  const call = (path: string, { json, form, cookie, token, ...init }: Sent = {}): Promise<Response> => {
    const headers = new Headers(init.headers)
    if (cookie !== undefined) headers.set('cookie', `${SESSION_COOKIE}=${cookie}`)
    if (cookie !== undefined && !headers.has('origin')) headers.set('origin', origin)
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
    if (json !== undefined) headers.set('content-type', 'application/json')
    if (form !== undefined) headers.set('content-type', 'application/x-www-form-urlencoded')
    const body = json === undefined ? form && String(new URLSearchParams(form)) : JSON.stringify(json)
    const method = json === undefined && form === undefined ? 'GET' : 'POST'
    return fetch(new URL(path, origin), { method, redirect: 'manual', ...init, headers, ...(body && { body }) })
  }
  /** The secret in the cookie of a new session. */
  const logIn = async (name: string, more: object = {}): Promise<string> => {
    const answer = await call('/test/login', { json: { email: `${name}@example.com`, ...more } })
    return /=([^;]+)/.exec(answer.headers.getSetCookie()[0] ?? '')?.[1] ?? ''
  }
  const root = await logIn('root')
  const register = async (client: object) => {
    const answer = await call('/oauth/clients', {
      cookie: root,
      json: {
        name: 'An app',
        redirectUris: [CALLBACK],
        grants: ['authorization_code', 'refresh_token'],
        scopes: ['posts:read', 'posts:write'],
        ...client,
      },
    })
    return (await answer.json()) as { readonly id: string; readonly secret: string }
  }
  return { call, logIn, root, register }
}

export type OAuthApp = Awaited<ReturnType<typeof oauthApp>>

export const VERIFIER = 'a-verifier-of-at-least-43-characters-0123456789'
export const INSECURE = { [oauth.allowInsecureRequests]: true }

/** The parameters of an authorization request, as a careful client sends them; `undefined` leaves one out. */
export async function authorizePath(
  clientId: string,
  changes: Readonly<Record<string, string | undefined>> = {},
): Promise<string> {
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: CALLBACK,
    scope: 'posts:read',
    state: 'the state',
    code_challenge: await oauth.calculatePKCECodeChallenge(VERIFIER),
    code_challenge_method: 'S256',
    ...changes,
  }
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return `/oauth/authorize?${new URLSearchParams(given).toString()}`
}

/** What the consent page would send. */
export function requestOf(page: string): string {
  return /name="request" value="([^"]+)"/.exec(page)?.[1] ?? ''
}

/** Where the browser is sent. */
export function locationOf(answer: Response): URL {
  return new URL(answer.headers.get('location') ?? 'none:')
}

/** A browser with a session that opens the address, allows what it is asked and gives where it was sent with the code. */
export async function allowed(app: OAuthApp, path: string, cookie: string): Promise<URL> {
  const asked = await app.call(path, { cookie })
  if (asked.status === 303) return locationOf(asked)
  const form = { request: requestOf(await asked.text()), decision: 'allow' }
  return locationOf(await app.call('/oauth/consent', { cookie, form }))
}
