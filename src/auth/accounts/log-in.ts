import { z } from 'zod'
import { anyone } from '../../core/access/index.ts'
import { TooManyRequests, Unauthenticated, Unavailable } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import { CrossSiteRequest, EmailNotVerified, InvalidCredentials, TokenInvalid } from '../core/errors.ts'
import { LoggedIn, LogInResult } from '../core/log-in-result.ts'
import type { AccountParts } from './parts.ts'
import { Login, Password } from './schemas.ts'

/** Log-in with a password, which is the first factor. */
export function logInOperation({ core, schemas, passwords }: AccountParts) {
  return route.post(
    '/login',
    {
      access: anyone,
      summary: 'Log in',
      description:
        'With the address as `email`, or with whatever the app lets people log in with as `login`. Where the account has a second factor, the answer is a challenge and nothing else.',
      uses: { logIn: core.logIn, passwords },
      body: z
        .object({ email: Login.optional(), login: Login.optional(), password: Password, delivery: schemas.delivery })
        .refine(({ email, login }) => (email === undefined) !== (login === undefined), {
          message: 'Send either login or email',
          path: ['login'],
        }),
      response: LogInResult,
      errors: [InvalidCredentials, EmailNotVerified, CrossSiteRequest, Unauthenticated, TooManyRequests, Unavailable],
    },
    async ({ body: { email, login = email, password, delivery }, logIn, passwords: checked }) => {
      const user = await checked.ofLogin(login!, password)
      return logIn.proceed({ user, methods: ['pwd'], delivery })
    },
  )
}

/** A fresh proof in the same session, for what asks for one (RFC 9470). */
export function reauthenticateOperation({ core, passwords }: AccountParts) {
  return route.post(
    '/reauthenticate',
    {
      access: core.access.unrestricted,
      summary: 'Prove who you are once more',
      description: 'By the password. The session goes on under a new secret or new tokens.',
      uses: { sessions: core.sessions, passwords },
      body: z.object({ password: Password }),
      response: LoggedIn,
      errors: [InvalidCredentials, TokenInvalid, TooManyRequests, Unavailable],
    },
    async ({ body: { password }, user, sessions, passwords: checked }) => {
      if (user.sessionId === undefined)
        throw new TokenInvalid('Only a session can be renewed, and these credentials belong to none.')
      await checked.ofUser(user.id, password)
      return sessions.renew(user, ['pwd'])
    },
  )
}
