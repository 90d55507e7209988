import { holdsName } from '../../core/access/grant.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import type { OrganisationTables } from '../tables/organisation-tables.ts'

/** Of {@link organisations}. */
export interface OrganisationsOptions {
  /** How long an invitation holds, in days. Default 7. */
  readonly invitationExpiresInDays?: number
  /** How many organisations one user may be in by making them. Default 20. */
  readonly maxPerUser?: number
}

/** What the operations of organisations work with. */
export interface OrganisationParts {
  readonly core: AccountsCore
  readonly tables: OrganisationTables
  readonly roles: Readonly<Record<string, readonly string[]>>
  readonly ownerRole: string
  readonly invitationSeconds: number
  readonly maxPerUser: number
}

/** What the operations ask of a member. */
export type OrganisationPermission = 'organisation:update' | 'organisation:remove' | 'organisation:members'

const PERMISSIONS: readonly OrganisationPermission[] = [
  'organisation:update',
  'organisation:remove',
  'organisation:members',
]
const DAY_SECONDS = 86_400
const INVITATION_DAYS = 7
const MAX_PER_USER = 20

/** @throws TypeError where the accounts have no organisations, the owner's role may not manage them, or a number is not whole and above 0. */
export function organisationParts(core: AccountsCore, options: OrganisationsOptions): OrganisationParts {
  const declared = core.options.organisations
  if (declared === undefined)
    throw new TypeError(
      "organisations(auth): the accounts have none. Write accounts({ organisations: { tables: organisationTables(users), roles: { owner: ['*'], member: [] } } }).",
    )
  const { tables, roles, ownerRole = 'owner' } = declared
  const owned = Object.hasOwn(roles, ownerRole) ? roles[ownerRole] : undefined
  const missing = PERMISSIONS.filter((name) => !holdsName(owned, name))
  if (missing.length > 0)
    throw new TypeError(
      `accounts({ organisations: { roles } }): the role "${ownerRole}" of who makes an organisation lacks ${missing.join(', ')}; write { ${ownerRole}: ['*'] }.`,
    )
  const { invitationExpiresInDays = INVITATION_DAYS, maxPerUser = MAX_PER_USER } = options
  for (const [name, value] of Object.entries({ invitationExpiresInDays, maxPerUser }))
    if (!Number.isInteger(value) || value < 1)
      throw new TypeError(`organisations(auth, { ${name} }): a whole number above 0; got ${value}.`)
  return { core, tables, roles, ownerRole, invitationSeconds: invitationExpiresInDays * DAY_SECONDS, maxPerUser }
}
