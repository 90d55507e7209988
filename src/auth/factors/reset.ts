import { NotFound } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import { provenAdministrators } from '../accounts/administrators.ts'
import { RecentAuthenticationRequired } from '../core/errors.ts'
import type { FactorParts } from './parts.ts'

/** For who has lost all factors, and has shown an administrator who they are. */
export function resetFactors({ core, schemas, factors }: FactorParts) {
  return route.delete(
    '/admin/users/:id/factors',
    {
      access: provenAdministrators(core),
      summary: 'Remove all second factors of an account',
      description:
        'The owner logs in with the password alone then. All sessions of the account end, and the owner gets a mail.',
      uses: { factors, userRows: core.userRows, sessions: core.sessions },
      params: schemas.params,
      errors: [NotFound, RecentAuthenticationRequired],
    },
    async ({ params, factors: own, userRows, sessions }) => {
      const user = await userRows.byId(params.id)
      if (user === undefined) throw new NotFound('There is no such account.')
      await own.lock(user.id)
      const removed = await own.rows.removeAll(user.id)
      if (removed === 0) throw new NotFound('The account has no second factor.')
      await sessions.endAll(user.id)
      const words = 'an administrator removed all of them'
      await own.changed(user.id, { event: 'factors_reset', words, details: { factors: removed } })
    },
  )
}
