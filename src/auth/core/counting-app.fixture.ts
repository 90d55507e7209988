import { randomUUID } from 'node:crypto'
import { pgTable } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { createApp } from '../../app/create-app.ts'
import { anyone } from '../../core/access/index.ts'
import { Forbidden, TooManyRequests } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import { database } from '../../data/database.ts'
import { targetStatements } from '../../data/migrations/target/statements.ts'
import { testApp } from '../../testing/test-app.ts'
import { attemptsDependency } from '../attempts/attempts.ts'
import { accountMailDependency } from '../mail/account-mail.ts'
import { accountTables } from '../tables/account-tables.ts'
import { userColumns } from '../tables/user-columns.ts'
import { accountsBase } from './base.ts'
import { accountsTransaction } from './late-transaction.ts'
import type { AccountsOptions } from './options.ts'

const users = pgTable('users', userColumns())
const tables = accountTables(users)
const schema = { users, ...tables }

/** Operations that count attempts and send mail, and do nothing else. Its limits are its own, also where several share a Redis. */
export async function countingApp(options: Partial<AccountsOptions> = {}) {
  const db = database({ schema })
  const origin = `https://${randomUUID()}.example.com`
  const base = accountsBase({ database: db, users, tables, origin, ...options })
  const tx = accountsTransaction(base)
  const attempts = attemptsDependency({ ...base, tx })
  const mail = accountMailDependency({ ...base, tx })
  const logIn = { access: anyone, body: z.looseObject({ account: z.string() }), errors: [TooManyRequests, Forbidden] }
  const letter = z.object({ to: z.string(), token: z.string(), fails: z.boolean().default(false) })
  const app = createApp({
    title: 'Counting',
    version: '1.0.0',
    database: db,
    allowedHosts: ['localhost', '127.0.0.1', 'evil.example'],
    trustedProxies: ['loopback'],
    api: router('', {
      wrong: route.post('/wrong', { ...logIn, uses: { attempts } }, async (given) => {
        await given.attempts.count('log-in', given.body.account)
        throw new Forbidden()
      }),
      right: route.post('/right', { ...logIn, uses: { attempts } }, async (given) => {
        await given.attempts.count('log-in', given.body.account)
        given.attempts.succeeded('log-in', given.body.account)
      }),
      undone: route.post('/undone', { ...logIn, uses: { attempts } }, async (given) => {
        await given.attempts.count('log-in', given.body.account)
        given.attempts.succeeded('log-in', given.body.account)
        throw new Forbidden()
      }),
      post: route.post('/post', { access: anyone, body: letter, uses: { mail } }, ({ body, mail: post }) => {
        post.send('reset-password', body.to, { token: body.token })
        if (body.fails) throw new Forbidden()
      }),
    }),
  })
  const t = await testApp(app)
  for (const statement of targetStatements(schema).statements)
    await t.run({ drizzle: db.drizzle }, async ({ drizzle }) => void (await drizzle.execute(statement)))
  return { t, db, tables, origin }
}
