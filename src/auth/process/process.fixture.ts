// An app that ends things and shows who calls: what one process of it knows of another is what is tested with it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq, sql, type SQL } from 'drizzle-orm'
import { pgTable } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { createApp } from '../../app/create-app.ts'
import { anyone, scope } from '../../core/access/index.ts'
import { dependency } from '../../core/dependency.ts'
import { provide } from '../../core/override.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import { database } from '../../data/database.ts'
import { createEngine } from '../../data/engine.ts'
import { makeMigration } from '../../data/migrations/make.ts'
import { testApp } from '../../testing/test-app.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import { newApiKey } from '../core/api-key-format.ts'
import { accountsBase } from '../core/base.ts'
import { LogInResult } from '../core/log-in-result.ts'
import { makeCore } from '../core/make-core.ts'
import type { AccountsOptions } from '../core/options.ts'
import type { AccountsProcess } from '../core/services.ts'
import { callerOf } from '../sessions/sessions.fixture.ts'
import { accountTables } from '../tables/account-tables.ts'
import { userColumns } from '../tables/user-columns.ts'
import { jwksOperation } from './jwks.ts'

export const users = pgTable('users', { ...userColumns() })
const tables = accountTables(users)

const Shown = z.object({
  id: z.union([z.string(), z.int()]),
  roles: z.array(z.string()),
  permissions: z.array(z.string()),
  scopes: z.array(z.string()),
  restricted: z.boolean(),
  via: z.string(),
  sessionId: z.string().optional(),
  keyId: z.string().optional(),
})

const KeyOptions = z.object({
  userId: z.string(),
  scopes: z.array(z.string()).optional(),
  perMinute: z.int().optional(),
  expiresAt: z.string().optional(),
})

const ById = z.object({ id: z.string() })

/** Those that give credentials. */
function givingOperations(core: AccountsCore) {
  const { tx, sessions, userRows } = core
  return {
    jwks: jwksOperation(core),
    logIn: route.post(
      '/login',
      {
        access: anyone,
        body: z.object({ email: z.string(), delivery: z.enum(['tokens', 'cookies', 'session']) }),
        uses: { sessions, userRows },
        response: LogInResult,
      },
      async ({ body: { email, delivery }, ...uses }) =>
        uses.sessions.begin({ user: (await uses.userRows.byEmail(email))!, methods: ['pwd'], delivery }),
    ),
    key: route.post(
      '/keys',
      { access: anyone, body: KeyOptions, uses: { tx }, response: z.object({ key: z.string(), id: z.string() }) },
      async ({ body, ...uses }) => {
        const { key, ...kept } = newApiKey()
        const [row] = await uses.tx
          .insert(tables.authApiKeys)
          .values({ ...body, ...kept, name: 'test', createdBy: body.userId })
          .returning({ id: tables.authApiKeys.id })
        return { key, id: row!.id }
      },
    ),
  }
}

/** Those that end them. */
function endingOperations({ tx, process, sessions }: AccountsCore) {
  return {
    dropKey: route.delete(
      '/keys/:id',
      { access: anyone, params: ById, uses: { tx, process } },
      async ({ params: { id }, ...uses }) => {
        await uses.tx.delete(tables.authApiKeys).where(eq(tables.authApiKeys.id, id))
        await uses.process.revocations.record(uses.tx, { kind: 'key', subject: id })
      },
    ),
    suspend: route.post(
      '/users/:id/suspend',
      { access: anyone, params: ById, uses: { tx, process } },
      async ({ params: { id }, ...uses }) => {
        await uses.tx
          .update(users)
          .set({ disabledAt: sql`now()` })
          .where(eq(users.id, id))
        await uses.process.revocations.raiseEpoch(uses.tx, id)
      },
    ),
    raiseEpoch: route.post(
      '/users/:id/raise',
      { access: anyone, params: ById, uses: { tx, process } },
      async ({ params: { id }, ...uses }) => {
        await uses.process.revocations.raiseEpoch(uses.tx, id)
      },
    ),
    endSession: route.post(
      '/sessions/:id/end',
      { access: anyone, params: ById, uses: { sessions } },
      ({ params: { id }, ...uses }) => uses.sessions.end(id),
    ),
    endSlowly: route.post(
      '/sessions/:id/end-slowly',
      { access: anyone, params: ById, uses: { tx, process } },
      async ({ params: { id }, ...uses }) => {
        await uses.process.revocations.record(uses.tx, { kind: 'session', subject: id })
        await uses.tx.execute(sql`select pg_sleep(1.5)`)
      },
    ),
    failToEnd: route.post(
      '/sessions/:id/fail-to-end',
      { access: anyone, params: ById, uses: { tx, process } },
      async ({ params: { id }, ...uses }) => {
        await uses.process.revocations.record(uses.tx, { kind: 'session', subject: id })
        throw new Error('the operation fails after it has ended the session')
      },
    ),
  }
}

/** Those that ask for them. */
function askingOperations({ access }: AccountsCore) {
  return {
    me: route.get('/me', { access: access.authenticated, response: Shown }, ({ user }) => user),
    maybeMe: route.get(
      '/maybe',
      { access: access.optionallyAuthenticated, response: Shown.partial() },
      ({ user }) => user ?? {},
    ),
    open: route.get('/open', { access: anyone, response: z.string() }, () => 'open'),
    write: route.post(
      '/write',
      { access: access.authenticated, body: z.object({}).optional(), response: Shown },
      ({ user }) => user,
    ),
    change: route.put('/write', { access: access.authenticated, response: Shown }, ({ user }) => user),
    remove: route.delete('/write', { access: access.authenticated, response: Shown }, ({ user }) => user),
    patch: route.patch('/write', { access: access.authenticated, response: Shown }, ({ user }) => user),
    scoped: route.post('/posts', { access: scope('posts:write'), response: z.string() }, () => 'written'),
    own: route.post('/own', { access: access.unrestricted, response: Shown }, ({ user }) => user),
    fresh: route.post('/fresh', { access: access.recent(300), response: Shown }, ({ user }) => user),
  }
}

function engineOn(url: string) {
  return dependency({ scope: 'app' }, async function* () {
    const engine = createEngine(url, { schema: { users, ...tables } }, { log: () => undefined })
    yield engine
    await engine.end()
  })
}

/** The app on a database of its own, behind a socket. */
export async function processApp(options: Partial<AccountsOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-process-'))
  const db = database({ schema: { users, ...tables }, migrations: folder })
  await makeMigration({ database: db, name: 'accounts' })
  const base = accountsBase({ ...options, database: db, users, tables })
  const { core, authenticators } = makeCore(base)
  const api = router('', { ...givingOperations(core), ...endingOperations(core), ...askingOperations(core) })
  const t = await testApp(createApp({ title: 'process', version: '1', database: db, auth: { authenticators }, api }))
  rmSync(folder, { recursive: true })
  const { url } = await t.listen()
  return {
    t,
    core,
    url,
    call: callerOf(url),
    query: <Row extends Record<string, unknown>>(statement: SQL) =>
      t.run({ drizzle: db.drizzle }, async ({ drizzle }) => (await drizzle.execute<Row>(statement)).rows),
    databaseUrl: () => t.run({ engine: db.engine }, ({ engine }) => engine.url),
    user: (email: string, roles: readonly string[] = []) =>
      t.run({ drizzle: db.drizzle }, async ({ drizzle }) => {
        const [row] = await drizzle
          .insert(users)
          .values({ email, roles: [...roles] })
          .returning({ id: users.id })
        return row!.id
      }),
    /** Another process of the same app: nothing in memory is shared but the pool. With a URL it has connections of its own, by that way. */
    another: async (way?: string) => {
      const other = await t.with(way === undefined ? {} : { provide: [provide(db.engine, engineOn(way))] })
      const { url: otherUrl } = await other.listen()
      return { t: other, url: otherUrl, call: callerOf(otherUrl), stop: () => other.stop() }
    },
    accounts: <T>(work: (process: AccountsProcess) => T) =>
      t.run({ process: core.process }, ({ process }) => work(process)),
  }
}
