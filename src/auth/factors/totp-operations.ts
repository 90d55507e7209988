import { z } from 'zod'
import { allOf } from '../../core/access/index.ts'
import { NotFound, TooManyRequests } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import { FRESH_SECONDS } from '../accounts/parts.ts'
import { InvalidSecondFactor, RecentAuthenticationRequired, TokenInvalid } from '../core/errors.ts'
import { base32 } from './base32.ts'
import { FactorAdded, SECOND_FACTOR, totpContext } from './factors.ts'
import { Code, type FactorParts } from './parts.ts'
import { newTotpSecret, totpUri } from './totp.ts'

/** An authenticator app: begun, confirmed by its first code, removed. */
export function totpOperations(parts: FactorParts, issuer: string) {
  return router('/factors/totp', {
    begin: beginTotp(parts, issuer),
    confirm: confirmTotp(parts),
    remove: removeTotp(parts),
  })
}

function beginTotp({ core, factors }: FactorParts, issuer: string) {
  return route.post(
    '/',
    {
      access: allOf(core.access.unrestricted, core.access.recent(FRESH_SECONDS)),
      summary: 'Begin to add an authenticator app',
      description: 'Show the URI as a QR code. Nothing changes until a code confirms it, within 10 minutes.',
      uses: { factors, process: core.process, userRows: core.userRows },
      response: z.object({
        /** In base32, for who types it. */
        secret: z.string(),
        /** `otpauth://`, for the QR code. */
        uri: z.string(),
      }),
      errors: [NotFound, RecentAuthenticationRequired],
    },
    async ({ user: { id }, factors: own, process, userRows }) => {
      await own.lock(id)
      const user = await userRows.byId(id)
      if (user === undefined) throw new NotFound()
      const secret = newTotpSecret()
      await own.rows.beginTotp(id, await process.seal(Buffer.from(secret).toString('base64url'), totpContext(id)))
      return { secret: base32(secret), uri: totpUri(secret, { issuer, account: user.email ?? String(id) }) }
    },
  )
}

function confirmTotp({ core, factors }: FactorParts) {
  return route.post(
    '/confirm',
    {
      access: core.access.unrestricted,
      summary: 'Confirm the authenticator app',
      description:
        'By a code of it; the app before is replaced. The first factor of an account brings the recovery codes, and ends all other sessions: they have shown none.',
      uses: { factors, attempts: core.attempts },
      body: z.object({ code: Code }),
      response: FactorAdded,
      errors: [InvalidSecondFactor, TokenInvalid, TooManyRequests],
    },
    async ({ body: { code }, user, factors: own, attempts }) => {
      await attempts.count(SECOND_FACTOR, String(user.id))
      await own.lock(user.id)
      const pending = await own.rows.pendingTotp(user.id)
      if (pending === undefined) throw new TokenInvalid('There is nothing to confirm any more: begin again.')
      const step = await own.stepOf(pending, code)
      const isFirst = (await own.rows.confirmed(user.id)).length === 0
      await own.rows.confirmTotp(pending, step)
      attempts.succeeded(SECOND_FACTOR, String(user.id))
      return own.added(user, 'otp', { event: 'totp_added', words: 'an authenticator app was added', isFirst })
    },
  )
}

function removeTotp({ core, factors }: FactorParts) {
  return route.delete(
    '/',
    {
      access: allOf(core.access.unrestricted, core.access.recent(FRESH_SECONDS)),
      summary: 'Remove the authenticator app',
      description: 'With the last factor the recovery codes go.',
      uses: { factors },
      errors: [NotFound, RecentAuthenticationRequired],
    },
    async ({ user, factors: own }) => {
      await own.lock(user.id)
      if (!(await own.rows.removeTotp(user.id))) throw new NotFound('There is no authenticator app.')
      await own.removed(user.id, { event: 'totp_removed', words: 'the authenticator app was removed' })
    },
  )
}
