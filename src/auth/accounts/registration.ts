import { eq, or } from 'drizzle-orm'
import { anyone } from '../../core/access/index.ts'
import { Conflict, TooManyRequests, ValidationFailed } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import type { Transaction } from '../../data/drizzle.ts'
import { UniqueViolation } from '../../data/errors.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import type { AccountEvents, AccountMail, OneTimeTokens } from '../core/services.ts'
import type { UserRow, UserRows } from '../core/user-row.ts'
import { Email } from '../users/canonical-email.ts'
import { columnsOf } from '../users/user-columns.ts'
import { CHECK_YOUR_MAIL, MailMaySent, VERIFY_EMAIL, type AccountParts } from './parts.ts'
import { Password } from './schemas.ts'

/** What waits in a token for its address to be confirmed. */
export interface Registration {
  /** Null where the user logs in with a provider. */
  readonly passwordHash: string | null
  readonly profile: Readonly<Record<string, unknown>>
}

interface Used {
  readonly userRows: UserRows
  readonly oneTimeTokens: OneTimeTokens
  readonly mail: AccountMail
  readonly events: AccountEvents
}

/** Registration. Whoever asks learns nothing about the address: the answer is the same, and only its mail tells whether it is known (GA3). */
export function registerOperation({ core, schemas, passwords }: AccountParts) {
  const { tx, userRows, oneTimeTokens, mail, events, attempts } = core
  return route.post(
    '/register',
    {
      access: anyone,
      summary: 'Register',
      description: 'The answer is the same where the address has an account already: its owner gets another message.',
      uses: { tx, userRows, oneTimeTokens, mail, events, attempts, passwords },
      body: schemas.profile.extend({ email: Email, password: Password }),
      response: MailMaySent,
      status: 202,
      errors: [Conflict, TooManyRequests],
    },
    async ({ body, passwords: checked, ...uses }) => {
      const { email, password, ...profile } = body as { readonly email: string; readonly password: string }
      await uses.attempts.count('register', email)
      const passwordHash = await checked.hash(password, { user: { email, ...profile } })
      await checkNames(core, uses.tx, profile)
      const registered =
        (await uses.userRows.byEmail(email)) ?? (await begin({ core, uses }, email, { passwordHash, profile }))
      if (registered !== undefined) uses.mail.send('already-registered', email)
      return CHECK_YOUR_MAIL
    },
  )
}

/** Gives the user who has the address already, where somebody was faster. */
async function begin(
  { core, uses }: { readonly core: AccountsCore; readonly uses: Used },
  email: string,
  registration: Registration,
): Promise<UserRow | undefined> {
  const { verification = 'before' } = core.options.register ?? {}
  const user = verification === 'before' ? undefined : await makeUser({ core, uses }, { email, registration })
  if (user === 'taken') return uses.userRows.byEmail(email)
  if (verification === 'none') return undefined
  const of = user === undefined ? { details: { registration } } : { userId: user.id }
  const token = await uses.oneTimeTokens.issue({ ...VERIFY_EMAIL, subject: email, ...of })
  uses.mail.send('verify-email', email, { token })
  return undefined
}

interface NewUser {
  readonly email: string | null
  readonly registration: Registration
  /** Where the address is confirmed. */
  readonly emailVerifiedAt?: string
}

/** Makes the account. `taken`: another has the address by now. */
export async function makeUser(
  { core, uses }: { readonly core: AccountsCore; readonly uses: Pick<Used, 'userRows' | 'events'> },
  { email, registration: { passwordHash, profile }, emailVerifiedAt }: NewUser,
): Promise<UserRow | 'taken'> {
  const roles = core.options.register?.roles
  const values = {
    ...profile,
    email,
    ...(roles && { roles }),
    ...(emailVerifiedAt !== undefined && { emailVerifiedAt }),
  }
  try {
    const user = await uses.userRows.insert(values)
    await uses.userRows.setPassword(user.id, passwordHash)
    await uses.events.record('registered', { userId: user.id })
    return user
  } catch (error) {
    if (!(error instanceof UniqueViolation) || email === null) throw error
    if ((await uses.userRows.byEmail(email)) !== undefined) return 'taken'
    throw error
  }
}

/** Names that people log in with are public: that one is taken has to be said, and before anything is known about the address. */
export async function checkNames(
  core: AccountsCore,
  tx: Transaction,
  profile: Readonly<Record<string, unknown>>,
): Promise<void> {
  const columns = columnsOf(core.users)
  const names = (core.options.logInWith ?? []).filter((key) => key !== 'email' && typeof profile[key] === 'string')
  for (const key of names) checkName(key, profile[key] as string)
  if (names.length === 0) return
  const taken = await tx
    .select({ id: core.users.id })
    .from(core.users)
    .where(or(...names.map((key) => eq(columns[key]!, profile[key]))))
    .limit(1)
  if (taken.length > 0) throw new Conflict(`The ${names.join(' or ')} is taken.`)
}

function checkName(key: string, name: string): void {
  if (!name.includes('@')) return
  const message = 'A name must not have an @: it would look like an address'
  throw new ValidationFailed([{ in: 'body', path: [key], code: 'name_like_address', message }])
}
