import { and, desc, eq, gt, sql } from 'drizzle-orm'
import { z } from 'zod'
import { TooManyRequests } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import { anyone } from '../../core/access/index.ts'
import type { Transaction } from '../../data/drizzle.ts'
import { UniqueViolation } from '../../data/errors.ts'
import { named } from '../../schema/named.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import { TokenInvalid } from '../core/errors.ts'
import type { OneTimeToken, OneTimeTokens, Sessions } from '../core/services.ts'
import type { UserRow, UserRows } from '../core/user-row.ts'
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

/** Confirms an address by the token of a mail. */
export function verifyEmailOperation({ core, passwords }: AccountParts) {
  const { tx, userRows, oneTimeTokens, sessions, events } = core
  return route.post(
    '/verify-email',
    {
      access: core.access.optionallyAuthenticated,
      summary: 'Confirm an e-mail address',
      description:
        'Where the account is there already, its owner shows that it is theirs by their session or by the password. Without, the address is confirmed all the same, and ' +
        'what was set up before is ended: the answer is `password_required`, with a token to set a password with.',
      uses: { tx, userRows, oneTimeTokens, sessions, events, passwords },
      body: z.object({ token: MailedToken, password: Password.optional() }),
      response: EmailVerified,
      errors: [TokenInvalid, UniqueViolation, TooManyRequests],
    },
    async ({ body: { token, password }, user: caller, passwords: checked, ...uses }): Promise<EmailVerified> => {
      // Looked up before it is taken: a password is checked before the transaction begins.
      const { userId } = await uses.oneTimeTokens.attempt(VERIFY_EMAIL.purpose, token, 20)
      const isOwner =
        userId !== null &&
        (caller?.id === userId || (password !== undefined && (await checked.matches(userId, password))))
      if (userId !== null) await uses.userRows.credentials(userId)
      const taken = await uses.oneTimeTokens.take(VERIFY_EMAIL.purpose, token)
      if (taken.userId === null) return register(core, uses, taken)
      const user = await uses.userRows.byId(taken.userId)
      if (user === undefined || user.email !== taken.subject) throw new TokenInvalid()
      return confirm({ ...uses, tables: core.tables }, user, isOwner)
    },
  )
}

interface Used {
  readonly tx: Transaction
  readonly userRows: UserRows
  readonly oneTimeTokens: OneTimeTokens
  readonly sessions: Sessions
  readonly events: Parameters<typeof makeUser>[0]['uses']['events']
}

async function register(core: AccountsCore, uses: Used, { subject, details }: OneTimeToken): Promise<EmailVerified> {
  const registration = details['registration'] as Registration | undefined
  if (subject === null || registration === undefined) throw new TokenInvalid()
  const user = await makeUser(
    { core, uses },
    { email: subject, registration, emailVerifiedAt: new Date().toISOString() },
  )
  if (user === 'taken') throw new TokenInvalid()
  return { status: 'verified' }
}

/** Who reads the mailbox owns the account. Where they have not shown that they made it, whoever did is put out of it (GA11). */
async function confirm(
  { tables, tx, userRows, oneTimeTokens, sessions, events }: Used & Pick<AccountsCore, 'tables'>,
  { id, email, emailVerifiedAt }: UserRow,
  isOwner: boolean,
): Promise<EmailVerified> {
  if (emailVerifiedAt !== null) return { status: 'verified' }
  await userRows.update(id, { emailVerifiedAt: new Date().toISOString() })
  await oneTimeTokens.drop(id, VERIFY_EMAIL.purpose)
  await events.record('email_verified', { userId: id, details: { isOwner } })
  if (isOwner) return { status: 'verified' }
  await endPreRegistration({ tx, userRows, sessions }, tables, id)
  const resetToken = await oneTimeTokens.issue({
    ...RESET_PASSWORD,
    userId: id,
    ...(email !== null && { subject: email }),
  })
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
