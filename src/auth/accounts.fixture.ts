import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp, router, type App } from 'ashlar'
import { testApp, type TestApp } from 'ashlar/testing'
import { pgTable, text } from 'drizzle-orm/pg-core'
import type { Router, RouterChildren } from '../core/router.ts'
import { database, type Database, type DatabaseOptions } from '../data/database.ts'
import type { DrizzleSchema } from '../data/drizzle.ts'
import { targetStatements } from '../data/migrations/target/statements.ts'
import type { Mailer, Message } from '../mail/mailer.ts'
import { accounts } from './accounts/accounts.ts'
import type { Accounts } from './accounts/types.ts'
import type { AccountsOptions } from './core/options.ts'
import { accountTables } from './tables/account-tables.ts'
import { userColumns } from './tables/user-columns.ts'

export const users = pgTable('users', { ...userColumns(), name: text().notNull() })
export const authTables = accountTables(users)
export const ORIGIN = 'http://localhost:3000'
/** Long enough, and on no list. */
export const PASSWORD = 'walrus carries nine lanterns'

/** The messages that were sent, the last one last. */
export interface TestOutbox {
  readonly messages: Message[]
  /** Waits for the next message to this address beyond those that were seen, and gives the token of its link. */
  token(to: string): Promise<string>
  /** Waits for the next message to this address beyond those that were seen. */
  next(to: string): Promise<Message>
}

type Options = Partial<Omit<AccountsOptions<typeof users>, 'users' | 'tables' | 'database'>>

/** What there is besides the accounts: more tables, and operations made of the accounts. */
interface Besides {
  readonly schema?: DrizzleSchema
  readonly api?: (auth: TestAccounts, db: Database<DrizzleSchema>) => RouterChildren
  /** Other options of the database. */
  readonly database?: Partial<DatabaseOptions<DrizzleSchema>>
}

export type TestAccounts = Accounts<typeof users, { readonly profile: readonly ['name'] }>
type TestApi = Router<{ readonly auth: TestAccounts['api'] }>

/** Who has been registered, and what they are known by. */
export interface Registered {
  readonly id: string
  readonly email: string
}

export interface TestTokens {
  readonly accessToken: string
  readonly refreshToken: string
  readonly sessionId: string
  readonly headers: { readonly authorization: string }
}

/**
 * An app with accounts, started on a database of its own. `app` is the declaration, `t.app` runs; stop it with `stop()`. Its operations have the
 * names of the accounts below `auth`.
 */
export interface AccountsApp {
  readonly app: App<TestApi>
  readonly auth: TestAccounts
  readonly db: Database<DrizzleSchema>
  readonly t: TestApp<TestApi>
  readonly outbox: TestOutbox
  /** Registers, confirms the address, and gives the roles. */
  register(
    user?: Readonly<{ email?: string; password?: string; name?: string; roles?: readonly string[] }>,
  ): Promise<Registered>
  /** Logs in by tokens in the body. */
  logIn(email: string, password?: string): Promise<TestTokens>
  /** Logs in by a session in a cookie, and gives the `Cookie` header. */
  cookieOf(email: string, password?: string): Promise<string>
  /** A POST of JSON, as a page of the same origin or another client sends it. */
  post(path: string, json?: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
  stop(): Promise<void>
}

let sequence = 0

/** Makes the app. Attempts are not limited, unless the options say so: tests log in more often than people. */
export async function accountsApp(options: Options = {}, besides: Besides = {}): Promise<AccountsApp> {
  const schema: DrizzleSchema = { users, ...authTables, ...besides.schema }
  const { folder, remove } = migrationsOf(schema)
  const db = database<DrizzleSchema>({ schema, migrations: folder, ...besides.database })
  const outbox = testOutbox()
  const auth: TestAccounts = accounts({
    database: db,
    users,
    tables: authTables,
    origin: ORIGIN,
    appName: 'Fixture',
    mailer: outbox.mailer,
    profile: ['name'],
    attempts: { perAccount: 10_000, perNetwork: 100_000 },
    ...options,
  } as never)
  const api = router('', { auth: auth.api, ...besides.api?.(auth, db) }) as unknown as TestApi
  const app = createApp({ title: 'Accounts', version: '1', database: db, auth, api })
  const t = await testApp(app)
  const post: AccountsApp['post'] = (path, json, headers = {}) =>
    t.fetch(path, { method: 'POST', headers, ...(json !== undefined && { json }) })
  const answer = async (path: string, json: unknown): Promise<Record<string, unknown>> => {
    const response = await post(path, json)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Record<string, unknown>
  }
  return {
    app,
    auth,
    db,
    t,
    outbox,
    post,
    register: async ({ email = `user${++sequence}@example.com`, password = PASSWORD, name = 'Ada', roles } = {}) => {
      await answer('/auth/register', { email, password, name })
      if (options.register?.verification !== 'none')
        await answer('/auth/verify-email', { token: await outbox.token(email), password })
      const id = await t.run({ tx: auth.core.database.transaction }, async ({ tx }) => {
        const { eq } = await import('drizzle-orm')
        if (roles !== undefined)
          await tx
            .update(users)
            .set({ roles: [...roles] })
            .where(eq(users.email, email))
        const [row] = await tx.select({ id: users.id }).from(users).where(eq(users.email, email))
        return row!.id
      })
      return { id, email }
    },
    logIn: async (email, password = PASSWORD) => {
      const tokens = (await answer('/auth/login', { email, password, delivery: 'tokens' })) as unknown as TestTokens
      return { ...tokens, headers: { authorization: `Bearer ${tokens.accessToken}` } }
    },
    cookieOf: async (email, password = PASSWORD) => {
      const response = await post('/auth/login', { email, password, delivery: 'session' })
      if (!response.ok) throw new Error(`log-in: ${response.status} ${await response.text()}`)
      return response.headers
        .getSetCookie()
        .map((cookie) => cookie.split(';')[0])
        .join('; ')
    },
    stop: async () => {
      await t.stop()
      remove()
    },
  }
}

/** The tables as a migration: those of fixtures have none of their own. */
export function migrationsOf(schema: DrizzleSchema): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-accounts-'))
  const { statements } = targetStatements(schema)
  writeFileSync(join(folder, '0001_accounts.sql'), `${statements.join(';\n')};\n`)
  return { folder, remove: () => rmSync(folder, { recursive: true }) }
}

/** A mailer that keeps what it is given. */
export function testOutbox(): TestOutbox & { readonly mailer: Mailer } {
  const messages: Message[] = []
  const seen = new Set<Message>()
  let arrived = Promise.withResolvers<void>()
  const next = async (to: string): Promise<Message> => {
    for (;;) {
      const found = messages.find((message) => message.to === to && !seen.has(message))
      if (found !== undefined) {
        seen.add(found)
        return found
      }
      await arrived.promise
    }
  }
  return {
    messages,
    next,
    token: async (to) => {
      const { text: body } = await next(to)
      const token = /[?&#/=]([A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])/.exec(body)?.[1]
      if (token === undefined) throw new Error(`There is no token in the message: ${body}`)
      return token
    },
    mailer: {
      send: (message) => {
        messages.push(message)
        arrived.resolve()
        arrived = Promise.withResolvers()
        return Promise.resolve()
      },
    },
  }
}
