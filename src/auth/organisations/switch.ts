import { NotFound } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import { LoggedIn } from '../core/log-in-result.ts'
import { placeIn } from './membership.ts'
import type { OrganisationParts } from './options.ts'
import { organisationCallers } from './rules.ts'
import { OrganisationId } from './schemas.ts'

/** Which organisation the session is in. Its secret or its tokens are new ones, delivered as those before. */
export function switchOperations(parts: OrganisationParts) {
  const { tx, sessions } = parts.core
  const shared = route.with({ access: organisationCallers(parts).session, uses: { tx, sessions } })
  const description = 'The session goes on under new credentials, delivered as those before, which are refused at once.'
  return {
    switch: shared.post(
      '/:id/switch',
      {
        params: OrganisationId,
        response: LoggedIn,
        errors: [NotFound],
        summary: 'Choose an organisation',
        description,
      },
      async ({ params: { id }, user, ...uses }) => {
        await placeIn(parts, uses.tx, { user, id })
        return uses.sessions.choose(user, id)
      },
    ),
    switchOff: shared.delete(
      '/current',
      { response: LoggedIn, summary: 'Choose no organisation', description },
      ({ user, ...uses }) => uses.sessions.choose(user, null),
    ),
  }
}
