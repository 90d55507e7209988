// An app with accounts, as a user writes it: on the database of DATABASE_URL, which is empty at the start. SIGNING says how it signs.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp, route, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { accounts, accountTables, hashPassword, userColumns } from 'ashlar/auth'
import { database } from 'ashlar/data'
import { pgTable } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { makeMigration } from '../../src/data/migrations/make.ts'
import { PASSWORD, SIGNINGS, USERS, type SigningName } from './plan.ts'

const users = pgTable('users', { ...userColumns() })
const tables = accountTables(users)
const folder = mkdtempSync(join(tmpdir(), 'ashlar-bench-auth-'))
const db = database({ schema: { users, ...tables }, migrations: folder })
await makeMigration({ database: db, name: 'accounts' })

const auth = accounts({
  database: db,
  users,
  tables,
  origin: 'http://127.0.0.1:3000',
  mailer: { send: () => Promise.resolve() },
  // What is measured is what a log-in costs, not that it is limited.
  attempts: { perAccount: 1_000_000, perNetwork: 1_000_000 },
  tokens: { signing: SIGNINGS[process.env['SIGNING'] as SigningName] },
})

const Answer = z.object({ id: z.int(), name: z.string() })
const found = { id: 42, name: 'A thing' }
const open = route.get('/open', { access: anyone, response: Answer }, () => found)
const guarded = route.get('/guarded', { access: auth.access.authenticated, response: Answer }, () => found)
/** Tokens that nobody has seen yet. */
const issue = route.post(
  '/tokens',
  {
    access: anyone,
    uses: { process: auth.core.process },
    response: z.array(z.string()),
    body: z.object({ count: z.int() }),
  },
  ({ body, process: { accessTokens } }) => {
    const subject = { userId: crypto.randomUUID(), epoch: 1, sessionId: crypto.randomUUID() }
    const more = { roles: ['member'], scopes: undefined, methods: ['pwd' as const], authenticatedAt: 1 }
    return Promise.all(Array.from({ length: body.count }, () => accessTokens.issue({ ...subject, ...more })))
  },
)

const app = createApp({
  title: 'Benchmark',
  version: '1.0.0',
  allowedHosts: ['127.0.0.1'],
  // What is measured is the difference that a caller makes.
  logs: false,
  limits: { handlerTimeoutMs: 120_000 },
  database: db,
  auth,
  api: router('', { auth: auth.api, open, guarded, issue }),
})

await app.run({ drizzle: db.drizzle }, async ({ drizzle }) => {
  const passwordHash = await hashPassword(PASSWORD)
  const emails = Array.from({ length: USERS }, (_, index) => `user${index}@example.com`)
  const emailVerifiedAt = new Date().toISOString()
  const rows = await drizzle
    .insert(users)
    .values(emails.map((email) => ({ email, emailVerifiedAt })))
    .returning({ userId: users.id })
  await drizzle.insert(tables.authCredentials).values(rows.map(({ userId }) => ({ userId, passwordHash })))
})
await app.listen()
rmSync(folder, { recursive: true })
