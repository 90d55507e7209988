import { createApp, route, router } from 'ashlar'
import { accounts, accountTables, userColumns } from 'ashlar/auth'
import { database as postgres } from 'ashlar/data'
import { pgTable } from 'drizzle-orm/pg-core'

const users = pgTable('users', { ...userColumns() })
const tables = accountTables(users)
const database = postgres({ name: 'accounts', schema: { users, ...tables } })
const auth = accounts({
  database,
  users,
  tables,
  origin: 'http://localhost:3000',
  roles: { editor: ['posts:*'], admin: ['*'] },
})

export const app = createApp({
  title: 'Accounts',
  version: '1.0.0',
  database,
  auth,
  api: router('', {
    publish: route.post('/publish', { access: auth.access.permission('posts:publish') }, () => {}),
    close: route.post('/close', { access: auth.access.permission('shop:close') }, () => {}),
    erase: route.post('/erase', { access: auth.access.recent(300, ['otp']) }, () => {}),
  }),
})
