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
import { CHECK_YOUR_MAIL, MailMaySent, type AccountParts } from './parts.ts'
import { MailedToken, Password } from './schemas.ts'

/** Another password, by whoever knows the present one. All other sessions end (GA6). */
export function changePasswordOperation({ core, passwords, passwordChanges }: AccountParts) {
  return route.post(
    '/password',
    {
      access: core.access.unrestricted,
      summary: 'Change my password',
      description:
        'By the present one; who has none, by having logged in just now. All other sessions end, and this one goes on under a new secret or new tokens, which are the answer.',
      uses: { sessions: core.sessions, passwords, passwordChanges },
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
    async ({ body, user: caller, passwords: checked, passwordChanges: changes, sessions }) => {
      if (body.currentPassword === undefined && (await checked.has(caller.id)))
        throw new InvalidCredentials('Send the present password as currentPassword.')
      const user = await checked.owner(caller.id)
      if (user === undefined) throw new NotFound()
      // Before the proof, with which the transaction begins.
      const passwordHash = await checked.hash(body.password, { user, userId: user.id })
      await proveFresh(checked, caller, body.currentPassword)
      await changes.set(user, passwordHash, { except: caller.sessionId })
      return caller.sessionId === undefined ? reply(204) : reply(200, await sessions.renew(caller, ['pwd']))
    },
  )
}

/** Sends a link to set another password with. */
export function forgotPasswordOperation({ passwordChanges }: AccountParts) {
  return route.post(
    '/password/forgot',
    {
      access: anyone,
      summary: 'Ask for a new password',
      description: 'The answer is the same whether there is such an account or not.',
      uses: { passwordChanges },
      body: z.object({ email: Email }),
      response: MailMaySent,
      status: 202,
      errors: [TooManyRequests],
    },
    async ({ body: { email }, passwordChanges: changes }) => {
      await changes.requestReset(email)
      return CHECK_YOUR_MAIL
    },
  )
}

/** Sets another password by a mailed token. All sessions end. */
export function resetPasswordOperation({ passwordChanges }: AccountParts) {
  return route.post(
    '/password/reset',
    {
      access: anyone,
      summary: 'Set a new password',
      description: 'All sessions of the account end. Log in with the new password then.',
      uses: { passwordChanges },
      body: z.object({ token: MailedToken, password: Password }),
      errors: [TokenInvalid, ValidationFailed, TooManyRequests, Unavailable],
    },
    ({ body: { token, password }, passwordChanges: changes }) => changes.reset(token, password),
  )
}
