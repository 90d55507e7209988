import { dependency } from 'ashlar'
import { accounts } from 'ashlar/auth'
import { consoleMailer, smtpMailer, type Mailer } from 'ashlar/mail'
import { accounts as users, authTables } from './accounts/table.ts'
import { database } from './database.ts'
import { settings } from './settings.ts'

/** Staff keep the catalogue and ship orders; managers see besides what has been sold. Customers need no role: their orders are their own. */
export const ROLES = {
  staff: ['catalogue:write', 'orders:manage', 'customers:read'],
  manager: ['history:read', 'reports:read'],
} as const

/** A test puts its own in this place. */
export const sender = dependency({ name: 'mailer', scope: 'app' }, (): Mailer =>
  settings.smtpUrl === undefined ? consoleMailer() : smtpMailer({ url: settings.smtpUrl, from: settings.mailFrom }),
)

/** Registration, log-in, sessions and passwords. Managers decide who is staff. */
export const auth = accounts({
  database,
  users,
  tables: authTables,
  appName: 'Shop',
  mailer: sender,
  profile: ['name'],
  roles: ROLES,
  adminRole: 'manager',
})

export const { authenticated, owner, permission, through } = auth.access
