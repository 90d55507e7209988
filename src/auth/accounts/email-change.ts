import { and, eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import { allOf, anyone } from '../../core/access/index.ts'
import { NotFound, TooManyRequests } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import type { Transaction } from '../../data/drizzle.ts'
import { UniqueViolation } from '../../data/errors.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import { RecentAuthenticationRequired, TokenInvalid } from '../core/errors.ts'
import type { AccountEvents, AccountMail, OneTimeToken, OneTimeTokens } from '../core/services.ts'
import type { UserRow, UserRows } from '../core/user-row.ts'
import { Email } from '../users/canonical-email.ts'
import {
  CHANGE_EMAIL,
  CHECK_YOUR_MAIL,
  FRESH_SECONDS,
  MailMaySent,
  RESET_PASSWORD,
  VERIFY_EMAIL,
  type AccountParts,
} from './parts.ts'
import { MailedToken } from './schemas.ts'

interface Used {
  readonly userRows: UserRows
  readonly oneTimeTokens: OneTimeTokens
  readonly mail: AccountMail
  readonly events: AccountEvents
}

/** Which of the two addresses a token was sent to, and whether the other one has been proved. */
type Side = 'old' | 'new'

const MAX_LOOKS = 20

/** Begins a change of the address: both must be proved, so that neither a stolen session nor a mistyped address takes the account away. */
export function changeEmailOperation({ core }: AccountParts) {
  const { userRows, oneTimeTokens, mail, events, attempts } = core
  return route.post(
    '/email',
    {
      access: allOf(core.access.unrestricted, core.access.recent(FRESH_SECONDS)),
      summary: 'Change my e-mail address',
      description:
        'Sends a message to each of the two addresses. The change is made when both links were followed, within 24 hours.',
      uses: { userRows, oneTimeTokens, mail, events, attempts },
      body: z.object({ email: Email }),
      response: MailMaySent,
      status: 202,
      errors: [NotFound, RecentAuthenticationRequired, TooManyRequests],
    },
    async ({ user: caller, body: { email }, attempts: counted, ...uses }) => {
      await counted.count('change-email', String(caller.id))
      const user = await uses.userRows.byId(caller.id)
      if (user === undefined) throw new NotFound()
      await uses.oneTimeTokens.drop(user.id, CHANGE_EMAIL.purpose)
      await begin(uses, user, email)
      await uses.events.record('email_change_requested', { userId: user.id, details: { email } })
      return CHECK_YOUR_MAIL
    },
  )
}

async function begin(uses: Used, { id, email: old, emailVerifiedAt }: UserRow, email: string): Promise<void> {
  // An address that was never proved has no say.
  const otherProved = old === null || emailVerifiedAt === null
  const issue = (side: Side, proved: boolean): Promise<string> =>
    uses.oneTimeTokens.issue({ ...CHANGE_EMAIL, userId: id, subject: email, details: { side, otherProved: proved } })
  if (old !== null && !otherProved)
    uses.mail.send('approve-email-change', old, { token: await issue('old', false), email })
  const token = await issue('new', otherProved)
  // Whether it is taken only its owner learns.
  if ((await uses.userRows.byEmail(email)) === undefined)
    uses.mail.send('confirm-email-change', email, { token, email })
  else uses.mail.send('already-registered', email)
}

const EmailChange = z.object({ status: z.enum(['changed', 'other_address_pending']) })
type EmailChange = z.infer<typeof EmailChange>

/** Proves one of the two addresses; with the second the change is made. */
export function confirmEmailOperation({ core }: AccountParts) {
  const { tx, userRows, oneTimeTokens, mail, events } = core
  return route.post(
    '/email/confirm',
    {
      access: anyone,
      summary: 'Confirm a change of address',
      uses: { tx, userRows, oneTimeTokens, mail, events },
      body: z.object({ token: MailedToken }),
      response: EmailChange,
      errors: [TokenInvalid, UniqueViolation],
    },
    async ({ body: { token }, tx: transaction, ...uses }): Promise<EmailChange> => {
      const { userId } = await uses.oneTimeTokens.attempt(CHANGE_EMAIL.purpose, token, MAX_LOOKS)
      if (userId === null) throw new TokenInvalid()
      // Locked first, so that two links followed at once come one after the other.
      await uses.userRows.credentials(userId)
      const taken = await uses.oneTimeTokens.take(CHANGE_EMAIL.purpose, token)
      if (taken.details['otherProved'] === true) return change(uses, taken)
      await markProved(core, transaction, taken)
      return { status: 'other_address_pending' }
    },
  )
}

async function change(
  { userRows, oneTimeTokens, mail, events }: Used,
  { userId, subject }: OneTimeToken,
): Promise<EmailChange> {
  const user = userId === null ? undefined : await userRows.byId(userId)
  if (user === undefined || subject === null) throw new TokenInvalid()
  await userRows.update(user.id, { email: subject, emailVerifiedAt: new Date().toISOString() })
  // Links that were sent to the old address open nothing any more.
  for (const { purpose } of [CHANGE_EMAIL, RESET_PASSWORD, VERIFY_EMAIL]) await oneTimeTokens.drop(user.id, purpose)
  await events.record('email_changed', { userId: user.id, details: { from: user.email, to: subject } })
  if (user.email !== null) mail.send('email-changed', user.email, { email: subject })
  return { status: 'changed' }
}

/** Lets the token of the other address know. Where that is gone the change cannot be completed, and is asked for anew. */
async function markProved(
  { tables: { authOneTimeTokens } }: AccountsCore,
  tx: Transaction,
  { userId, subject }: OneTimeToken,
): Promise<void> {
  const { purpose, details } = authOneTimeTokens
  const others = and(
    eq(authOneTimeTokens.userId, userId!),
    eq(purpose, CHANGE_EMAIL.purpose),
    eq(authOneTimeTokens.subject, subject!),
  )
  const marked = await tx
    .update(authOneTimeTokens)
    .set({ details: sql`${details} || '{"otherProved": true}'::jsonb` })
    .where(others)
    .returning({ purpose })
  if (marked.length === 0) throw new TokenInvalid()
}
