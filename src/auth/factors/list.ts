import { z } from 'zod'
import { route } from '../../core/route.ts'
import { isoTime } from '../../data/wire-times.ts'
import { named } from '../../schema/named.ts'
import type { FactorRow } from './factor-rows.ts'
import type { FactorParts } from './parts.ts'

/** A passkey as its owner sees it. */
export const Passkey = named(
  'Passkey',
  z.object({
    id: z.uuid(),
    name: z.string(),
    /** Whether it is kept in more than one place, such as an account of the platform. */
    backedUp: z.boolean(),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().nullable(),
  }),
)

const SecondFactors = named(
  'SecondFactors',
  z.object({
    /** The authenticator app; null where there is none. */
    totp: z.object({ createdAt: z.iso.datetime(), lastUsedAt: z.iso.datetime().nullable() }).nullable(),
    passkeys: z.array(Passkey),
    recoveryCodesLeft: z.int(),
  }),
)

export function shownPasskey({ id, name, details, ...row }: FactorRow): z.infer<typeof Passkey> {
  return { id, name, backedUp: details['backedUp'] === true, ...shownTimes(row) }
}

function shownTimes({ createdAt, lastUsedAt }: Pick<FactorRow, 'createdAt' | 'lastUsedAt'>) {
  return { createdAt: isoTime(createdAt), lastUsedAt: lastUsedAt === null ? null : isoTime(lastUsedAt) }
}

/** What one logs in with besides the password. */
export function listFactors({ core, factors }: FactorParts) {
  return route.get(
    '/factors',
    { access: core.access.unrestricted, summary: 'List my second factors', uses: { factors }, response: SecondFactors },
    async ({ user, factors: own }) => {
      const rows = await own.rows.confirmed(user.id)
      const totp = rows.find(({ type }) => type === 'totp')
      return {
        totp: totp === undefined ? null : shownTimes(totp),
        passkeys: rows.filter(({ type }) => type === 'passkey').map(shownPasskey),
        recoveryCodesLeft: await own.rows.recoveryCodesLeft(user.id),
      }
    },
  )
}
