import { z } from 'zod'
import { anyone } from '../../core/access/index.ts'
import { TooManyRequests, Unauthenticated } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import { CrossSiteRequest, InvalidSecondFactor, TokenInvalid } from '../core/errors.ts'
import { LoggedIn } from '../core/log-in-result.ts'
import { secretHash } from '../core/secrets.ts'
import type { Identity, UserId } from '../identity.ts'
import type { Ceremony } from './ceremony.ts'
import { Assertion, RequestOptions } from './credential-schemas.ts'
import { assertSession, SECOND_FACTOR } from './factors.ts'
import { Challenge } from './parts.ts'
import { passkeyProof } from './passkey-proof.ts'
import type { PasskeyParts } from './passkey-operations.ts'

const WITHOUT_PASSWORD: Ceremony = { purpose: 'passkey-log-in' }
/** What those are counted under: of the network, since nobody says whose account it is. */
const PASSKEY = 'passkey'

function secondStep(userId: UserId, challenge: string): Ceremony {
  return { purpose: 'passkey-second-factor', userId, flow: secretHash(challenge) }
}

/** Log-in by a passkey: as the second step, or as the only one. */
export function passkeyLogIn(parts: PasskeyParts) {
  const proof = passkeyProof(parts)
  return router('/login/passkey', { options: logInOptions(parts, proof), logIn: logIn(parts, proof) })
}

type Proof = ReturnType<typeof passkeyProof>

function logInOptions({ core }: PasskeyParts, proof: Proof) {
  return route.post(
    '/options',
    {
      access: anyone,
      summary: 'Begin to log in by a passkey',
      description:
        'What `navigator.credentials.get()` is called with: with the challenge of the first step the passkeys of its user, without one any that the browser offers. Holds 5 minutes.',
      uses: { logIn: core.logIn, attempts: core.attempts, proof },
      body: z.object({ challenge: Challenge.optional() }).default({}),
      response: RequestOptions,
      errors: [TokenInvalid, TooManyRequests],
    },
    async ({ body: { challenge }, logIn: logIns, attempts, proof: passkeys }) => {
      if (challenge === undefined) {
        await attempts.begun(PASSKEY)
        return passkeys.options(WITHOUT_PASSWORD)
      }
      const { user } = await logIns.challenge(challenge)
      return passkeys.options(secondStep(user.id, challenge))
    },
  )
}

function logIn({ core, schemas }: PasskeyParts, proof: Proof) {
  return route.post(
    '/',
    {
      access: anyone,
      summary: 'Log in by a passkey',
      description:
        'With what `navigator.credentials.get()` gave. With the challenge of the first step it is the second factor; without one it is the only one, and counts as both, since the authenticator has verified its user.',
      uses: { logIn: core.logIn, attempts: core.attempts, userRows: core.userRows, proof },
      body: z.object({ challenge: Challenge.optional(), credential: Assertion, delivery: schemas.delivery }),
      response: LoggedIn,
      errors: [InvalidSecondFactor, TokenInvalid, CrossSiteRequest, Unauthenticated, TooManyRequests],
    },
    async ({ body: { challenge, credential, delivery }, logIn: logIns, attempts, userRows, proof: passkeys }) => {
      if (challenge !== undefined) {
        const { user } = await logIns.challenge(challenge)
        await attempts.count(SECOND_FACTOR, String(user.id))
        await passkeys.owner(credential, secondStep(user.id, challenge))
        const loggedIn = await logIns.complete(challenge, 'passkey')
        attempts.succeeded(SECOND_FACTOR, String(user.id))
        return loggedIn
      }
      await attempts.count(PASSKEY, undefined)
      const owner = await passkeys.owner(credential, WITHOUT_PASSWORD)
      const user = await userRows.byId(owner)
      if (user === undefined) throw new InvalidSecondFactor()
      const result = await logIns.proceed({ user, methods: ['passkey'], delivery })
      if (result.status !== 'logged_in') throw new Error('A passkey that has verified its user is both factors.')
      attempts.succeeded(PASSKEY, String(owner))
      return result
    },
  )
}

/** Step-up in a session, by a passkey. */
export function passkeyReauthentication(parts: PasskeyParts) {
  const { core } = parts
  const proof = passkeyProof(parts)
  const access = core.access.unrestricted
  return router('/reauthenticate/passkey', {
    options: route.post(
      '/options',
      {
        access,
        summary: 'Begin to prove who you are once more, by a passkey',
        uses: { proof },
        response: RequestOptions,
        errors: [TokenInvalid],
      },
      ({ user, proof: passkeys }) => passkeys.options(reauthentication(user)),
    ),
    reauthenticate: route.post(
      '/',
      {
        access,
        summary: 'Prove who you are once more, by a passkey',
        description: 'The session goes on under a new secret or new tokens.',
        uses: { sessions: core.sessions, attempts: core.attempts, proof },
        body: z.object({ credential: Assertion }),
        response: LoggedIn,
        errors: [InvalidSecondFactor, TokenInvalid, TooManyRequests],
      },
      async ({ body: { credential }, user, sessions, attempts, proof: passkeys }) => {
        await attempts.count(SECOND_FACTOR, String(user.id))
        await passkeys.owner(credential, reauthentication(user))
        const renewed = await sessions.renew(user, ['passkey'])
        attempts.succeeded(SECOND_FACTOR, String(user.id))
        return renewed
      },
    ),
  })
}

function reauthentication(caller: Identity): Ceremony {
  assertSession(caller)
  return { purpose: 'passkey-reauthentication', userId: caller.id, flow: caller.sessionId! }
}
