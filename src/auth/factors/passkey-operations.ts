import { z } from 'zod'
import { allOf } from '../../core/access/index.ts'
import { Conflict, NotFound } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import { FRESH_SECONDS } from '../accounts/parts.ts'
import type { OfApp } from '../core/accounts-core.ts'
import { InvalidSecondFactor, RecentAuthenticationRequired, TokenInvalid } from '../core/errors.ts'
import type { Identity } from '../identity.ts'
import { issueChallenge, takeChallenge, type Ceremony } from './ceremony.ts'
import { Attestation, CreationOptions } from './credential-schemas.ts'
import { FactorAdded } from './factors.ts'
import { Passkey, shownPasskey } from './list.ts'
import type { FactorParts } from './parts.ts'
import type { WebAuthn } from './web-authn.ts'

/** Those of passkeys need the library besides. */
export interface PasskeyParts extends FactorParts {
  readonly webAuthn: OfApp<WebAuthn>
}

/** So many one account may have. */
const MAX_PASSKEYS = 50
const Name = z.string().trim().min(1).max(100)
const params = z.object({ id: z.uuid() })

/** One's own passkeys. */
export function passkeyOperations(parts: PasskeyParts) {
  return router('/factors/passkeys', {
    options: creationOptions(parts),
    register: registerPasskey(parts),
    ...managePasskeys(parts),
  })
}

function registration({ id, sessionId }: Identity): Ceremony {
  return { purpose: 'passkey-registration', userId: id, ...(sessionId !== undefined && { flow: sessionId }) }
}

function creationOptions({ core, factors, webAuthn }: PasskeyParts) {
  return route.post(
    '/options',
    {
      access: allOf(core.access.unrestricted, core.access.recent(FRESH_SECONDS)),
      summary: 'Begin to add a passkey',
      description: 'What `navigator.credentials.create()` is called with. Holds 5 minutes.',
      uses: { factors, webAuthn, oneTimeTokens: core.oneTimeTokens, userRows: core.userRows },
      response: CreationOptions,
      errors: [NotFound, Conflict, RecentAuthenticationRequired],
    },
    async ({ user: caller, factors: own, webAuthn: ceremonies, oneTimeTokens, userRows }) => {
      const user = await userRows.byId(caller.id)
      if (user === undefined) throw new NotFound()
      const registered = (await own.rows.confirmed(user.id)).filter(({ type }) => type === 'passkey')
      if (registered.length >= MAX_PASSKEYS) throw new Conflict(`An account has at most ${MAX_PASSKEYS} passkeys.`)
      const challenge = await issueChallenge(oneTimeTokens, registration(caller))
      const name = user.email ?? String(user.id)
      return ceremonies.creationOptions({ id: user.id, name }, challenge, registered)
    },
  )
}

function registerPasskey({ core, factors, webAuthn }: PasskeyParts) {
  return route.post(
    '/',
    {
      access: allOf(core.access.unrestricted, core.access.recent(FRESH_SECONDS)),
      summary: 'Add a passkey',
      description:
        'With what `navigator.credentials.create()` gave. The first factor of an account brings the recovery codes, and ends all other sessions: they have shown none.',
      uses: { factors, webAuthn, oneTimeTokens: core.oneTimeTokens },
      body: z.object({ name: Name.default('Passkey'), credential: Attestation }),
      response: FactorAdded,
      errors: [InvalidSecondFactor, TokenInvalid, Conflict, RecentAuthenticationRequired],
    },
    async ({ body: { name, credential }, user, factors: own, webAuthn: ceremonies, oneTimeTokens }) => {
      await own.lock(user.id)
      const challenge = await takeChallenge(oneTimeTokens, credential, registration(user))
      const { publicKey: secret, ...made } = await ceremonies.created(credential, challenge)
      const isFirst = (await own.rows.confirmed(user.id)).length === 0
      const passkey = await own.rows.insertPasskey({ userId: user.id, name, secret, ...made })
      if (passkey === undefined) throw new Conflict('This passkey is registered already.')
      const words = 'a passkey was added'
      return own.added(user, 'passkey', { event: 'passkey_added', words, details: { id: passkey.id, name }, isFirst })
    },
  )
}

function managePasskeys({ core, factors }: PasskeyParts) {
  const missing = 'You have no such passkey.'
  return {
    rename: route.patch(
      '/:id',
      {
        access: core.access.unrestricted,
        summary: 'Rename a passkey',
        uses: { factors, events: core.events },
        params,
        body: z.object({ name: Name }),
        response: Passkey,
        errors: [NotFound],
      },
      async ({ params: { id }, body: { name }, user, factors: own, events }) => {
        const renamed = await own.rows.renamePasskey(user.id, id, name)
        if (renamed === undefined) throw new NotFound(missing)
        await events.record('passkey_renamed', { userId: user.id, details: { id, name } })
        return shownPasskey(renamed)
      },
    ),
    remove: route.delete(
      '/:id',
      {
        access: allOf(core.access.unrestricted, core.access.recent(FRESH_SECONDS)),
        summary: 'Remove a passkey',
        description: 'With the last factor the recovery codes go.',
        uses: { factors },
        params,
        errors: [NotFound, RecentAuthenticationRequired],
      },
      async ({ params: { id }, user, factors: own }) => {
        await own.lock(user.id)
        const removed = await own.rows.removePasskey(user.id, id)
        if (removed === undefined) throw new NotFound(missing)
        const details = { id, name: removed.name }
        await own.removed(user.id, { event: 'passkey_removed', words: 'a passkey was removed', details })
      },
    ),
  }
}
