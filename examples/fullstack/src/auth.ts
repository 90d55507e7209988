import { dependency } from 'ashlar'
import { accounts } from 'ashlar/auth'
import { consoleMailer, smtpMailer, type Mailer } from 'ashlar/mail'
import { database } from './database.ts'
import { settings } from './settings.ts'
import { authTables, users } from './users/table.ts'

/** The front end has no refresh token: who works through the day stays logged in. What is ended is refused at once all the same. */
const WORKING_DAY_SECONDS = 12 * 3600

/** A test puts its own in this place. */
export const sender = dependency({ name: 'mailer', scope: 'app' }, (): Mailer =>
  settings.smtpUrl === undefined ? consoleMailer() : smtpMailer({ url: settings.smtpUrl, from: settings.mailFrom }),
)

/**
 * Passwords, tokens, mails, limits and revocation. Its own operations (`auth.api`) are not part of this API: it has those that the front end knows, made of
 * `auth.services`.
 */
export const auth = accounts({
  database,
  users,
  tables: authTables,
  appName: 'Full stack',
  mailer: sender,
  links: { 'reset-password': `${settings.frontendHost}/reset-password?token={token}` },
  profile: ['full_name'],
  roles: { superuser: ['*'] },
  adminRole: 'superuser',
  register: { verification: 'none' },
  tokens: { expiresInSeconds: WORKING_DAY_SECONDS },
})

export const { authenticated, owner, role, rule } = auth.access
export const superuser = role('superuser')
