import { and, desc, eq, gt, sql } from 'drizzle-orm'
import { z } from 'zod'
import { TooManyRequests, Unavailable } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import { anyone } from '../../core/access/index.ts'
import type { Transaction } from '../../data/drizzle.ts'
import { UniqueViolation } from '../../data/errors.ts'
import { named } from '../../schema/named.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import { InvalidCredentials, TokenInvalid } from '../core/errors.ts'
import type { AccountEvents, Attempts, OneTimeToken, OneTimeTokens, Sessions } from '../core/services.ts'
import type { UserRow, UserRows } from '../core/user-row.ts'
import type { UserId } from '../identity.ts'
import { verifyPassword } from '../password/password.ts'
import type { Passwords } from '../password/passwords.ts'
import { Email } from '../users/canonical-email.ts'
import { endPreRegistration } from '../users/pre-registration.ts'
import { CHECK_YOUR_MAIL, MailMaySent, RESET_PASSWORD, VERIFY_EMAIL, type AccountParts } from './parts.ts'
import { makeUser, type Registration } from './registration.ts'
import { MailedToken, Password } from './schemas.ts'

const EmailVerified = named(
  'EmailVerified',
  z.discriminatedUnion('status', [
    z.object({ status: z.literal('verified') }),
    z.object({
      status: z.literal('password_required'),
      /** For `resetPassword`, within the hour. */
      resetToken: z.string(),
    }),
  ]),
)
type EmailVerified = z.infer<typeof EmailVerified>

/** A link is not followed more often than that, and so no more passwords are tried with it either. */
const MAX_LOOKS = 5

/** Confirms an address by the token of a mail. */
export function verifyEmailOperation({ core, passwords }: AccountParts) {
  const { tx, userRows, oneTimeTokens, sessions, attempts, events } = core
  return route.post(
    '/verify-email',
    {
      access: core.access.optionallyAuthenticated,
      summary: 'Confirm an e-mail address',
      description:
        'Who follows the link shows that it was them who registered, by the password of then, or by a session. A wrong password changes nothing; the link holds for five attempts. ' +
        'Without either the address is confirmed all the same, and what was set up before is ended: the answer is `password_required`, with a token to set a password with.',
      uses: { tx, userRows, oneTimeTokens, sessions, attempts, events, passwords },
      body: z.object({ token: MailedToken, password: Password.optional() }),
      response: EmailVerified,
      errors: [TokenInvalid, InvalidCredentials, UniqueViolation, TooManyRequests, Unavailable],
    },
    async ({ body: { token, password }, user: caller, ...uses }): Promise<EmailVerified> => {
      // Looked up before it is taken: a password is checked before the transaction begins.
      const found = await uses.oneTimeTokens.attempt(VERIFY_EMAIL.purpose, token, MAX_LOOKS)
      const isOwner = await isProved(uses, found, { callerId: caller?.id, password })
      if (found.userId !== null) await uses.userRows.credentials(found.userId)
      const taken = await uses.oneTimeTokens.take(VERIFY_EMAIL.purpose, token)
      return taken.userId === null
        ? register({ core, uses }, taken, isOwner)
        : confirm({ core, uses }, { ...taken, userId: taken.userId }, isOwner)
    },
  )
}

interface Used {
  readonly tx: Transaction
  readonly userRows: UserRows
  readonly oneTimeTokens: OneTimeTokens
  readonly sessions: Sessions
  readonly attempts: Attempts
  readonly events: AccountEvents
  readonly passwords: Passwords
}

interface Proof {
  readonly callerId: UserId | undefined
  readonly password: string | undefined
}

/**
 * Whether who follows the link is who registered: the mailbox alone does not tell, since anybody can register any address (GA11). A wrong password is not
 * taken as none: its owner would lose what they have set up by a slip of the keyboard.
 */
async function isProved(uses: Used, token: OneTimeToken, { callerId, password }: Proof): Promise<boolean> {
  if (token.userId !== null && token.userId === callerId) return true
  if (password === undefined) return false
  const isRight =
    token.userId === null
      ? await isRegistered(uses, token, password)
      : await uses.passwords.matches(token.userId, password)
  if (!isRight) throw new InvalidCredentials('Send the password of the registration, or none, to set another one.')
  return true
}

/** Whether this is the password that waits with the address. Counts as an attempt at it. */
async function isRegistered({ attempts }: Used, token: OneTimeToken, password: string): Promise<boolean> {
  const { subject, passwordHash } = registrationOf(token)
  await attempts.count(VERIFY_EMAIL.purpose, subject)
  const isRight = await verifyPassword(password, passwordHash)
  if (isRight) attempts.succeeded(VERIFY_EMAIL.purpose, subject)
  return isRight
}

function registrationOf({ subject, details }: OneTimeToken): Registration & { readonly subject: string } {
  const registration = details['registration'] as Registration | undefined
  if (subject === null || registration === undefined) throw new TokenInvalid()
  return { ...registration, subject }
}

interface Uses {
  readonly core: AccountsCore
  readonly uses: Used
}

/** Makes the account; where they have not shown that they registered, without the password of whoever did. */
async function register({ core, uses }: Uses, token: OneTimeToken, isOwner: boolean): Promise<EmailVerified> {
  const { subject: email, passwordHash, profile } = registrationOf(token)
  const registration = { passwordHash: isOwner ? passwordHash : null, profile }
  const user = await makeUser({ core, uses }, { email, registration, emailVerifiedAt: new Date().toISOString() })
  if (user === 'taken') throw new TokenInvalid()
  return isOwner ? { status: 'verified' } : passwordRequired(uses, user)
}

/** Who reads the mailbox owns the account. Where they have not shown that they made it, whoever did is put out of it (GA11). */
async function confirm(
  { core, uses }: Uses,
  { userId, subject }: OneTimeToken & { readonly userId: UserId },
  isOwner: boolean,
): Promise<EmailVerified> {
  const user = await uses.userRows.byId(userId)
  if (user === undefined || user.email !== subject) throw new TokenInvalid()
  if (user.emailVerifiedAt !== null) return { status: 'verified' }
  await uses.userRows.update(userId, { emailVerifiedAt: new Date().toISOString() })
  await uses.oneTimeTokens.drop(userId, VERIFY_EMAIL.purpose)
  await uses.events.record('email_verified', { userId, details: { isOwner } })
  if (isOwner) return { status: 'verified' }
  await endPreRegistration(uses, core.tables, userId)
  return passwordRequired(uses, user)
}

async function passwordRequired({ oneTimeTokens }: Used, { id, email }: UserRow): Promise<EmailVerified> {
  const subject = email === null ? {} : { subject: email }
  const resetToken = await oneTimeTokens.issue({ ...RESET_PASSWORD, userId: id, ...subject })
  return { status: 'password_required', resetToken }
}

/** Sends the message again. */
export function resendVerificationOperation({ core }: AccountParts) {
  const { tx, userRows, oneTimeTokens, mail, attempts } = core
  return route.post(
    '/verify-email/resend',
    {
      access: anyone,
      summary: 'Send the confirmation again',
      uses: { tx, userRows, oneTimeTokens, mail, attempts },
      body: z.object({ email: Email }),
      response: MailMaySent,
      status: 202,
      errors: [TooManyRequests],
    },
    async ({ body: { email }, tx: transaction, ...uses }) => {
      await uses.attempts.count('verify', email)
      const user = await uses.userRows.byEmail(email)
      const pending = user === undefined ? await pendingRegistration(core, transaction, email) : undefined
      const of =
        user?.emailVerifiedAt === null ? { userId: user.id } : pending && { details: { registration: pending } }
      if (of !== undefined) {
        const token = await uses.oneTimeTokens.issue({ ...VERIFY_EMAIL, subject: email, ...of })
        uses.mail.send('verify-email', email, { token })
      } else if (user !== undefined) uses.mail.send('already-registered', email)
      return CHECK_YOUR_MAIL
    },
  )
}

/** The last one that waits for this address. */
async function pendingRegistration(
  { tables: { authOneTimeTokens } }: AccountsCore,
  tx: Transaction,
  email: string,
): Promise<unknown> {
  const { purpose, subject, expiresAt, createdAt, details } = authOneTimeTokens
  const [row] = await tx
    .select({ details })
    .from(authOneTimeTokens)
    .where(and(eq(purpose, VERIFY_EMAIL.purpose), eq(subject, email), gt(expiresAt, sql`now()`)))
    .orderBy(desc(createdAt))
    .limit(1)
  return row?.details['registration']
}
