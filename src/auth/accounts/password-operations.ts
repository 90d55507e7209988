import { z } from 'zod'
import { anyone } from '../../core/access/index.ts'
import { NotFound, TooManyRequests, Unavailable, ValidationFailed } from '../../core/errors/index.ts'
import { reply } from '../../core/reply.ts'
import { route } from '../../core/route.ts'
import { empty } from '../../core/content.ts'
import { InvalidCredentials, RecentAuthenticationRequired, TokenInvalid } from '../core/errors.ts'
import { LoggedIn } from '../core/log-in-result.ts'
import { Email } from '../users/canonical-email.ts'
import { proveFresh } from './me.ts'
import { CHECK_YOUR_MAIL, MailMaySent, RESET_PASSWORD, type AccountParts } from './parts.ts'
import { MailedToken, Password } from './schemas.ts'

const MAX_LOOKS = 10

/** Another password, by whoever knows the present one. All other sessions end (GA6). */
export function changePasswordOperation({ core, passwords }: AccountParts) {
  const { userRows, sessions, mail, events } = core
  return route.post(
    '/password',
    {
      access: core.access.unrestricted,
      summary: 'Change my password',
      description:
        'By the present one; who has none, by having logged in just now. All other sessions end, and this one goes on under a new secret or new tokens, which are the answer.',
      uses: { userRows, sessions, mail, events, passwords },
      body: z.object({ currentPassword: Password.optional(), password: Password }),
      response: { 200: LoggedIn, 204: empty },
      errors: [
        NotFound,
        InvalidCredentials,
        RecentAuthenticationRequired,
        ValidationFailed,
        TooManyRequests,
        Unavailable,
      ],
    },
    async ({ body, user: caller, passwords: checked, ...uses }) => {
      if (body.currentPassword === undefined && (await checked.has(caller.id)))
        throw new InvalidCredentials('Send the present password as currentPassword.')
      const user = await checked.owner(caller.id)
      if (user === undefined) throw new NotFound()
      // Before the proof, with which the transaction begins.
      const passwordHash = await checked.hash(body.password, { user, userId: user.id })
      await proveFresh(checked, caller, body.currentPassword)
      await uses.userRows.setPassword(user.id, passwordHash)
      await uses.sessions.endAll(user.id, { except: caller.sessionId })
      await uses.events.record('password_changed', { userId: user.id })
      if (user.email !== null) uses.mail.send('password-changed', user.email)
      return caller.sessionId === undefined ? reply(204) : reply(200, await uses.sessions.renew(caller, ['pwd']))
    },
  )
}

/** Sends a link to set another password with. */
export function forgotPasswordOperation({ core }: AccountParts) {
  const { userRows, oneTimeTokens, mail, attempts, events } = core
  return route.post(
    '/password/forgot',
    {
      access: anyone,
      summary: 'Ask for a new password',
      description: 'The answer is the same whether there is such an account or not.',
      uses: { userRows, oneTimeTokens, mail, attempts, events },
      body: z.object({ email: Email }),
      response: MailMaySent,
      status: 202,
      errors: [TooManyRequests],
    },
    async ({ body: { email }, ...uses }) => {
      await uses.attempts.count('reset', email)
      const user = await uses.userRows.byEmail(email)
      if (user !== undefined && user.disabledAt === null) {
        await uses.oneTimeTokens.drop(user.id, RESET_PASSWORD.purpose)
        const token = await uses.oneTimeTokens.issue({ ...RESET_PASSWORD, userId: user.id, subject: email })
        uses.mail.send('reset-password', email, { token })
        await uses.events.record('password_reset_requested', { userId: user.id })
      }
      return CHECK_YOUR_MAIL
    },
  )
}

/** Sets another password by a mailed token. All sessions end. */
export function resetPasswordOperation({ core, passwords }: AccountParts) {
  const { userRows, oneTimeTokens, sessions, mail, events, attempts } = core
  return route.post(
    '/password/reset',
    {
      access: anyone,
      summary: 'Set a new password',
      description: 'All sessions of the account end. Log in with the new password then.',
      uses: { userRows, oneTimeTokens, sessions, mail, events, attempts, passwords },
      body: z.object({ token: MailedToken, password: Password }),
      errors: [TokenInvalid, ValidationFailed, TooManyRequests, Unavailable],
    },
    async ({ body: { token, password }, passwords: checked, ...uses }) => {
      const { userId } = await uses.oneTimeTokens.attempt(RESET_PASSWORD.purpose, token, MAX_LOOKS)
      const owner = userId === null ? undefined : await checked.owner(userId)
      if (owner === undefined || owner.disabledAt !== null) throw new TokenInvalid()
      const passwordHash = await checked.hash(password, { user: owner, userId: owner.id })
      await uses.userRows.credentials(owner.id)
      const { subject } = await uses.oneTimeTokens.take(RESET_PASSWORD.purpose, token)
      const user = await uses.userRows.byId(owner.id)
      if (user === undefined || user.disabledAt !== null || user.email !== subject) throw new TokenInvalid()
      // Who has read the message has shown that the address is theirs.
      if (user.emailVerifiedAt === null)
        await uses.userRows.update(user.id, { emailVerifiedAt: new Date().toISOString() })
      await uses.userRows.setPassword(user.id, passwordHash)
      await uses.sessions.endAll(user.id)
      await uses.events.record('password_reset', { userId: user.id })
      if (user.email !== null) {
        await uses.attempts.succeeded('log-in', user.email)
        uses.mail.send('password-changed', user.email)
      }
    },
  )
}
