// An app with sessions alone: log-ins of a test in the place of passwords, so that what is tested here is what happens after them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SQL } from 'drizzle-orm'
import { pgTable, text } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { createApp } from '../../app/create-app.ts'
import { anyone } from '../../core/access/index.ts'
import { NotFound } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import { database } from '../../data/database.ts'
import { targetStatements } from '../../data/migrations/target/statements.ts'
import { testApp } from '../../testing/test-app.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import { accountsBase } from '../core/base.ts'
import { LogInResult, type Delivery } from '../core/log-in-result.ts'
import { makeCore } from '../core/make-core.ts'
import type { AccountsOptions } from '../core/options.ts'
import type { UserRow, UserRows } from '../core/user-row.ts'
import { accountTables } from '../tables/account-tables.ts'
import { userColumns } from '../tables/user-columns.ts'
import { sessionOperations } from './operations.ts'

export const users = pgTable('users', { ...userColumns(), name: text().notNull().default('') })
const tables = accountTables(users)

const Methods = z.array(z.enum(['pwd', 'otp', 'passkey', 'recovery', 'provider']))
const Begin = z.object({
  email: z.string(),
  delivery: z.enum(['tokens', 'cookies', 'session']),
  methods: Methods.default(['pwd']),
  clientId: z.string().optional(),
  scopes: z.array(z.string()).optional(),
  impersonatorId: z.string().optional(),
})

async function byEmail(rows: UserRows, email: string): Promise<UserRow> {
  const user = await rows.byEmail(email)
  if (user === undefined) throw new NotFound()
  return user
}

/** What was given. Zod writes `undefined` into the types of optional keys, and leaves those out that are not there. */
function given<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return values as { [K in keyof T]: Exclude<T[K], undefined> }
}

/** Log-ins without a password, and what other parts of accounts do with sessions. */
function testOperations(core: AccountsCore) {
  const { sessions, logIn, userRows, access } = core
  return {
    logIn: route.post(
      '/login',
      { access: anyone, body: Begin, uses: { logIn, userRows }, response: LogInResult },
      async ({ body, ...uses }) => uses.logIn.proceed({ ...body, user: await byEmail(uses.userRows, body.email) }),
    ),
    begin: route.post(
      '/begin',
      { access: anyone, body: Begin, uses: { sessions, userRows }, response: LogInResult },
      async ({ body, ...uses }) =>
        uses.sessions.begin({ ...given(body), user: await byEmail(uses.userRows, body.email) }),
    ),
    tryFactor: route.post(
      '/challenge',
      { access: anyone, body: z.object({ challenge: z.string() }), uses: { logIn }, response: z.array(z.string()) },
      async ({ body, ...uses }) => (await uses.logIn.challenge(body.challenge)).methods,
    ),
    complete: route.post(
      '/complete',
      { access: anyone, body: z.object({ challenge: z.string() }), uses: { logIn }, response: LogInResult },
      ({ body, ...uses }) => uses.logIn.complete(body.challenge, 'otp'),
    ),
    refreshAs: route.post(
      '/refresh-as',
      {
        access: anyone,
        body: z.object({
          refreshToken: z.string(),
          clientId: z.string().optional(),
          scopes: z.array(z.string()).optional(),
        }),
        uses: { sessions },
        response: LogInResult,
      },
      ({ body: { refreshToken, ...by }, ...uses }) => uses.sessions.refresh(refreshToken, given(by)),
    ),
    renew: route.post(
      '/renew',
      { access: access.authenticated, uses: { sessions }, response: LogInResult },
      ({ user, ...uses }) => uses.sessions.renew(user, ['otp']),
    ),
    endOthers: route.post('/end-others', { access: access.authenticated, uses: { sessions } }, ({ user, ...uses }) =>
      uses.sessions.endAll(user.id, { except: user.sessionId }),
    ),
    me: route.get(
      '/me',
      {
        access: access.authenticated,
        response: z.object({
          id: z.union([z.string(), z.int()]),
          roles: z.array(z.string()),
          methods: z.array(z.string()),
          authenticatedAt: z.number(),
          sessionId: z.string().optional(),
          scopes: z.array(z.string()),
        }),
      },
      ({ user }) => user,
    ),
  }
}

/** What came back over the socket. */
export interface Answer {
  readonly status: number
  /** The parsed JSON, loosely: each test looks for what it expects. */
  readonly body: Readonly<Record<string, never>> & { readonly [key: string]: string }
  readonly cookies: Readonly<Record<string, string>>
  readonly headers: Headers
}

interface Call {
  readonly method?: string
  readonly json?: unknown
  readonly token?: string | undefined
  readonly cookies?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
}

/** Calls over a real socket; with cookies as a page of the same origin does. */
export function callerOf(url: string) {
  return async (path: string, { json, token, cookies, headers = {}, method }: Call = {}): Promise<Answer> => {
    const answer = await fetch(url + path, {
      method: method ?? (json === undefined ? 'GET' : 'POST'),
      headers: {
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(cookies !== undefined && {
          cookie: Object.entries(cookies)
            .map(([name, value]) => `${name}=${value}`)
            .join('; '),
          origin: url,
        }),
        ...headers,
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    })
    const set = answer.headers.getSetCookie().map((line) => /^([^=]+)=([^;]*)/.exec(line)!)
    const sent = await answer.text()
    return {
      status: answer.status,
      body: (sent === '' ? {} : JSON.parse(sent)) as Answer['body'],
      cookies: Object.fromEntries(set.map(([, name, value]) => [name!, value!])),
      headers: answer.headers,
    }
  }
}

/** The app on a database of its own, behind a socket. */
export async function sessionsApp(options: Partial<AccountsOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-sessions-'))
  const db = database({ schema: { users, ...tables }, migrations: folder })
  writeFileSync(
    join(folder, '0001_accounts.sql'),
    `${targetStatements({ users, ...tables }).statements.join(';\n')};\n`,
  )
  const base = accountsBase({ ...options, database: db, users, tables })
  const { core } = makeCore(base)
  const api = router('', {
    auth: router('/auth', sessionOperations(core)),
    test: router('/test', testOperations(core)),
  })
  const t = await testApp(createApp({ title: 'sessions', version: '1', database: db, api }))
  rmSync(folder, { recursive: true })
  const { url } = await t.listen()
  const call = callerOf(url)
  return {
    t,
    core,
    url,
    call,
    /** Statements as whoever has the database may send them: to move times, or to look. */
    query: <Row extends Record<string, unknown>>(statement: SQL) =>
      t.run({ drizzle: db.drizzle }, async ({ drizzle }) => (await drizzle.execute<Row>(statement)).rows),
    /** Makes a user, and gives the id. */
    user: (email: string, values: Partial<typeof users.$inferInsert> = {}) =>
      t.run({ drizzle: db.drizzle }, async ({ drizzle }) => {
        const [row] = await drizzle
          .insert(users)
          .values({ email, ...values })
          .returning({ id: users.id })
        return row!.id
      }),
    /** Another process of the same app: nothing in memory is shared but the pool. */
    another: async () => {
      const other = await t.with({})
      const { url: otherUrl } = await other.listen()
      return { call: callerOf(otherUrl), stop: () => other.stop() }
    },
    logIn: (email: string, delivery: Delivery, more: Call = {}) =>
      call('/test/login', { ...more, json: { email, delivery } }),
  }
}
