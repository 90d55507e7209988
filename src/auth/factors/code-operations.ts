import { z } from 'zod'
import { anyone } from '../../core/access/index.ts'
import { TooManyRequests, Unauthenticated } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import { CrossSiteRequest, InvalidSecondFactor, TokenInvalid } from '../core/errors.ts'
import { LoggedIn } from '../core/log-in-result.ts'
import { assertSession, SECOND_FACTOR } from './factors.ts'
import { Challenge, Code, type FactorParts } from './parts.ts'

/** The second step of a log-in, by a code. */
export function codeLogIn({ core, factors }: FactorParts) {
  return route.post(
    '/login/second-factor',
    {
      access: anyone,
      summary: 'Log in: the second factor',
      description:
        'By a code of the authenticator app or a recovery code, with the challenge of the first step. A challenge holds 10 minutes and 5 attempts.',
      uses: { logIn: core.logIn, factors, attempts: core.attempts },
      body: z.object({ challenge: Challenge, code: Code }),
      response: LoggedIn,
      errors: [InvalidSecondFactor, TokenInvalid, CrossSiteRequest, Unauthenticated, TooManyRequests],
    },
    async ({ body: { challenge, code }, logIn, factors: own, attempts }) => {
      const { user } = await logIn.challenge(challenge)
      await attempts.count(SECOND_FACTOR, String(user.id))
      const method = await own.takeCode(user.id, code)
      const loggedIn = await logIn.complete(challenge, method)
      attempts.succeeded(SECOND_FACTOR, String(user.id))
      return loggedIn
    },
  )
}

/** Step-up in a session: what asks for `recent(300, ['otp'])` is met by it. */
export function codeReauthentication({ core, factors }: FactorParts) {
  return route.post(
    '/reauthenticate/factor',
    {
      access: core.access.unrestricted,
      summary: 'Prove who you are once more, by a code',
      description: 'The session goes on under a new secret or new tokens.',
      uses: { sessions: core.sessions, factors, attempts: core.attempts },
      body: z.object({ code: Code }),
      response: LoggedIn,
      errors: [InvalidSecondFactor, TokenInvalid, TooManyRequests],
    },
    async ({ body: { code }, user, sessions, factors: own, attempts }) => {
      assertSession(user)
      await attempts.count(SECOND_FACTOR, String(user.id))
      const method = await own.takeCode(user.id, code)
      const renewed = await sessions.renew(user, [method])
      attempts.succeeded(SECOND_FACTOR, String(user.id))
      return renewed
    },
  )
}
