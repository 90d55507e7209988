import { hashPassword } from 'ashlar/auth'
import { defineSeed } from 'ashlar/data'
import { database } from './database.ts'
import { settings } from './settings.ts'
import { authTables, users } from './users/table.ts'

/** The first superuser, where there is none of that address. Passwords stand in a table of their own. */
export const seed = defineSeed({ tx: database.transaction }, async ({ tx }) => {
  const { firstSuperuser: email, firstSuperuserPassword } = settings
  const passwordHash = await hashPassword(firstSuperuserPassword.reveal())
  const emailVerifiedAt = new Date().toISOString()
  const [made] = await tx
    .insert(users)
    .values({ email, emailVerifiedAt, roles: ['superuser'] })
    .onConflictDoNothing()
    .returning({ id: users.id })
  if (made === undefined) return `${email} is there already.`
  await tx.insert(authTables.authCredentials).values({ userId: made.id, passwordHash })
  return `Log in as ${email}.`
})
