import { and, eq, gt, isNull, or, sql } from 'drizzle-orm'
import { membershipOf } from '../../core/membership.ts'
import { isSecretOf, parseApiKey } from '../../core/api-key-format.ts'
import type { FoundKey } from './key-limits.ts'
import { FIRST_EPOCH } from '../revocations/revocations.ts'
import { timeOf, type LookupParts } from './session-lookup.ts'

/** An API key, with its user as they are now. */
export function keyLookup({ base, aside, identityOf }: LookupParts): (key: string) => Promise<FoundKey | undefined> {
  const { users, tables } = base
  const { authApiKeys: keys, authCredentials: credentials } = tables
  return async (text) => {
    const parsed = parseApiKey(text)
    if (parsed === undefined) return undefined
    const [row] = await aside.run((tx) =>
      tx
        .select({
          key: keys,
          userId: users.id,
          roles: users.roles,
          disabledAt: users.disabledAt,
          epoch: credentials.epoch,
        })
        .from(keys)
        .innerJoin(users, eq(users.id, keys.userId))
        .leftJoin(credentials, eq(credentials.userId, keys.userId))
        .where(and(eq(keys.prefix, parsed.prefix), or(isNull(keys.expiresAt), gt(keys.expiresAt, sql`now()`)))),
    )
    if (row === undefined || !isSecretOf(row.key.secretHash, parsed.secret) || row.disabledAt !== null) return undefined
    const { key } = row
    const organisation = await membershipOf(base, (work) => aside.run(work), key)
    const issued = { userId: key.userId, epoch: row.epoch ?? FIRST_EPOCH, keyId: key.id }
    return {
      issued,
      identity: identityOf({
        ...issued,
        via: 'api-key',
        // A column of text[], which the table has for certain: accounts were declared with it.
        roles: row.roles as readonly string[],
        scopes: key.scopes ?? undefined,
        methods: [],
        authenticatedAt: 0,
        organisation,
      }),
      endsAt: key.expiresAt === null ? Infinity : timeOf(key.expiresAt),
      idleMs: Infinity,
      usedAt: key.lastUsedAt === null ? 0 : timeOf(key.lastUsedAt),
      perMinute: key.perMinute,
    }
  }
}

/** Writes when a key was last used. */
export function keyTouch({ base: { tables }, aside }: LookupParts): (found: FoundKey) => Promise<void> {
  const { authApiKeys: keys } = tables
  return async ({ issued: { keyId } }) => {
    if (keyId === undefined) return
    await aside.run((tx) =>
      tx
        .update(keys)
        .set({ lastUsedAt: sql`now()` })
        .where(eq(keys.id, keyId)),
    )
  }
}
