import { Unauthenticated, Unavailable } from '../../core/errors/index.ts'
import type { Transaction } from '../../data/drizzle.ts'
import { VERIFY_EMAIL } from '../accounts/parts.ts'
import { checkNames, makeUser } from '../accounts/registration.ts'
import type { AccountEvents, AccountMail, OneTimeTokens, Sessions } from '../core/services.ts'
import type { UserRow, UserRows } from '../core/user-row.ts'
import { endPreRegistration } from '../users/pre-registration.ts'
import { addressOf, profileOf } from './claims.ts'
import { LinkRequired, ProviderEmailMissing, RegistrationClosed } from './errors.ts'
import { IdentityRows, type ExternalIdentity } from './identity-rows.ts'
import type { ProviderClaims, ProviderParts } from './options.ts'

/** What logs in a user of a provider. */
export interface ExternalUserUses {
  readonly tx: Transaction
  readonly userRows: UserRows
  readonly sessions: Sessions
  readonly oneTimeTokens: OneTimeTokens
  readonly events: AccountEvents
  readonly mail: AccountMail
}

/** Who has come back from a provider. */
export interface Proved {
  readonly provider: string
  readonly claims: ProviderClaims
}

/**
 * The user who has come back from a provider, known by its name and the subject alone. Who is not known is linked to the account with their address only where both
 * sides have proved it; where the account has not, it becomes theirs without anything of whoever set it up (GA11). Who has no account gets one.
 *
 * @throws LinkRequired, RegistrationClosed, ProviderEmailMissing, Unauthenticated where the account is disabled
 */
export async function externalUser(uses: ExternalUserUses, parts: ProviderParts, proved: Proved): Promise<UserRow> {
  // Another request may be faster with the same user or address: then it is there.
  for (let attempt = 0; attempt < 2; attempt++) {
    const user = (await known(uses, parts, proved)) ?? (await unknown(uses, parts, proved))
    if (user !== 'taken') return user
  }
  throw new Unavailable('Too many requests log in the same user at once.')
}

export function identityOf(parts: ProviderParts, { provider, claims }: Proved): ExternalIdentity {
  return { provider, subject: claims.sub, email: addressOf(parts, provider, claims).email ?? null }
}

async function known(uses: ExternalUserUses, parts: ProviderParts, proved: Proved): Promise<UserRow | undefined> {
  const rows = new IdentityRows(uses.tx, parts.core.tables)
  const identity = identityOf(parts, proved)
  const found = await rows.find(identity)
  const user = found && (await uses.userRows.byId(found.userId))
  if (user === undefined) return undefined
  assertActive(user)
  await rows.seen(identity)
  return user
}

async function unknown(uses: ExternalUserUses, parts: ProviderParts, proved: Proved): Promise<UserRow | 'taken'> {
  const { email, isProved } = addressOf(parts, proved.provider, proved.claims)
  const existing = email === undefined ? undefined : await uses.userRows.byEmail(email)
  if (existing === undefined) return register(uses, parts, proved)
  if (!isProved) throw new LinkRequired()
  return adopt(uses, parts, { ...proved, existing })
}

/** The address is proved by the provider. */
async function adopt(
  uses: ExternalUserUses,
  parts: ProviderParts,
  { existing, ...proved }: Proved & { readonly existing: UserRow },
): Promise<UserRow | 'taken'> {
  const { userRows, events, mail, tx } = uses
  // Locked, and looked at once more: it may have been confirmed, or have another address, by now.
  await userRows.credentials(existing.id)
  const user = await userRows.byId(existing.id)
  if (user === undefined || user.email !== existing.email) return 'taken'
  assertActive(user)
  const owned = user.emailVerifiedAt === null ? await takeOver(uses, parts, { ...proved, existing: user }) : user
  if (!(await new IdentityRows(tx, parts.core.tables).insert(user.id, identityOf(parts, proved)))) return 'taken'
  await recordLinked(events, user, proved)
  if (user.emailVerifiedAt !== null) mail.send('factor-changed', user.email!, linkedMail(proved))
  return owned
}

async function takeOver(
  uses: ExternalUserUses,
  parts: ProviderParts,
  { existing, provider, claims }: Proved & { readonly existing: UserRow },
): Promise<UserRow> {
  const profile = profileOf(parts, provider, claims)
  // First: where a column of the profile is taken, nothing has been ended.
  const updated = await uses.userRows.update(existing.id, { ...profile, emailVerifiedAt: new Date().toISOString() })
  await endPreRegistration(uses, parts.core.tables, existing.id)
  await uses.events.record('pre_registration_ended', { userId: existing.id, details: { provider } })
  return updated
}

async function register(uses: ExternalUserUses, parts: ProviderParts, proved: Proved): Promise<UserRow | 'taken'> {
  const { core } = parts
  const { verification = 'before' } = core.options.register ?? {}
  if (verification === 'closed') throw new RegistrationClosed()
  const { email, isProved } = addressOf(parts, proved.provider, proved.claims)
  if (email === undefined && core.users.email.notNull) throw new ProviderEmailMissing()
  const profile = profileOf(parts, proved.provider, proved.claims)
  await checkNames(core, uses.tx, profile)
  const user = await makeUser(
    { core, uses },
    {
      email: email ?? null,
      registration: { passwordHash: null, profile },
      ...(isProved && { emailVerifiedAt: new Date().toISOString() }),
    },
  )
  if (user === 'taken') return user
  // Thrown as what rolls back: the new user would be nobody's.
  if (!(await new IdentityRows(uses.tx, core.tables).insert(user.id, identityOf(parts, proved))))
    throw new Unavailable('Another request logs in the same user just now.')
  await recordLinked(uses.events, user, proved)
  if (email !== undefined && !isProved && verification !== 'none') await askToVerify(uses, user, email)
  return user
}

async function askToVerify({ oneTimeTokens, mail }: ExternalUserUses, { id }: UserRow, email: string): Promise<void> {
  const token = await oneTimeTokens.issue({ ...VERIFY_EMAIL, subject: email, userId: id })
  mail.send('verify-email', email, { token })
}

export async function recordLinked(events: AccountEvents, { id }: UserRow, { provider }: Proved): Promise<void> {
  await events.record('identity_linked', { userId: id, details: { provider } })
}

/** What owners are told. */
export function linkedMail({ provider }: Pick<Proved, 'provider'>): { readonly change: string } {
  return { change: `it can be logged in to with "${provider}"` }
}

export function assertActive({ disabledAt }: UserRow): void {
  if (disabledAt !== null) throw new Unauthenticated('The account is not active.')
}
