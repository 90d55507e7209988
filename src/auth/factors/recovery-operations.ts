import { z } from 'zod'
import { allOf } from '../../core/access/index.ts'
import { Conflict } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import { FRESH_SECONDS } from '../accounts/parts.ts'
import { RecentAuthenticationRequired } from '../core/errors.ts'
import type { FactorParts } from './parts.ts'

/** Recovery codes, for who has lost everything else. */
export function recoveryOperations({ core, factors }: FactorParts) {
  return router('/factors/recovery-codes', {
    regenerate: route.post(
      '/',
      {
        access: allOf(core.access.unrestricted, core.access.recent(FRESH_SECONDS)),
        summary: 'Make new recovery codes',
        description: 'Those before are not taken any more. The new ones are shown this once.',
        uses: { factors },
        response: z.object({ recoveryCodes: z.array(z.string()) }),
        errors: [Conflict, RecentAuthenticationRequired],
      },
      async ({ user, factors: own }) => {
        await own.lock(user.id)
        if ((await own.rows.confirmed(user.id)).length === 0)
          throw new Conflict('Recovery codes stand in for another factor, and the account has none.')
        const recoveryCodes = [...(await own.renewRecoveryCodes(user.id))]
        await own.changed(user.id, { event: 'recovery_codes_renewed', words: 'new recovery codes were made' })
        return { recoveryCodes }
      },
    ),
  })
}
