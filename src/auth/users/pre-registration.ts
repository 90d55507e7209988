import { eq } from 'drizzle-orm'
import type { Transaction } from '../../data/drizzle.ts'
import type { Sessions } from '../core/services.ts'
import type { UserRows } from '../core/user-row.ts'
import type { UserId } from '../identity.ts'
import type { AccountTables } from '../tables/account-tables.ts'

interface Uses {
  readonly tx: Transaction
  readonly userRows: UserRows
  readonly sessions: Sessions
}

/**
 * Puts whoever set up an account out of it, since somebody else has proved that its address is theirs: the password, sessions and tokens, second factors,
 * log-ins by providers, API keys, and messages and flows under way all end (GA11). The row of the user stays.
 */
export async function endPreRegistration(
  { tx, userRows, sessions }: Uses,
  tables: AccountTables,
  userId: UserId,
): Promise<void> {
  // First: whoever logs in just now waits for the locked credentials, and finds that they have changed.
  await userRows.setPassword(userId, null)
  await sessions.endAll(userId)
  for (const table of [tables.authFactors, tables.authIdentities, tables.authApiKeys, tables.authOneTimeTokens])
    await tx.delete(table).where(eq(table.userId, userId))
}
