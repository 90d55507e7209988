// The app of GO2's matrix: PRODUCTION_CASE says what it has that is for development.
import { createApp, route, router, text, type AppDefinition } from 'ashlar'
import { anyone } from 'ashlar/access'
import { accounts, accountTables, userColumns } from 'ashlar/auth'
import { database } from 'ashlar/data'
import { rateLimit } from 'ashlar/limits'
import { consoleMailer } from 'ashlar/mail'
import { secretText, settings } from 'ashlar/settings'
import { pgTable } from 'drizzle-orm/pg-core'
import { z } from 'zod'

const users = pgTable('users', userColumns())
const tables = accountTables(users)
const people = (options: object): Partial<AppDefinition> => {
  const db = database({ schema: { users, ...tables }, url: 'postgres://127.0.0.1:1/nowhere' })
  return { database: db, auth: accounts({ database: db, users, tables, ...options }) }
}
const keys = (): object => settings(z.object({ key: secretText({ minBytes: 8, development: 'only for development' }) }))

const CASES: Readonly<Record<string, () => Partial<AppDefinition>>> = {
  plain: () => ({}),
  embedded: () => ({ database: database() }),
  secret: () => ({ settings: keys() }),
  limits: () => ({ limit: rateLimit({ max: 10, windowSeconds: 60 }) }),
  'no origin': () => people({ mailer: consoleMailer() }),
}

export const app = createApp({
  title: 'Production',
  version: '1.0.0',
  ...CASES[process.env['PRODUCTION_CASE'] ?? 'plain']!(),
  api: router('/api', {
    hello: route.get('/hello', { access: anyone, response: text }, () => 'Hello'),
    fail: route.get('/fail', { access: anyone, response: text }, () => {
      throw new Error('the secret of /srv/app/file.ts')
    }),
  }),
})
