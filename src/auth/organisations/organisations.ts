import { extensible, type ExtensibleRouter } from '../../core/extensible-router.ts'
import { router } from '../../core/router.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import { noStore } from '../core/no-store.ts'
import { acceptInvitation } from './accept.ts'
import { invitationOperations } from './invitations.ts'
import { memberOperations } from './members.ts'
import { organisationParts, type OrganisationParts, type OrganisationsOptions } from './options.ts'
import { organisationOperations } from './own.ts'
import { organisationRules, type OrganisationRules } from './rules.ts'
import { switchOperations } from './switch.ts'

/** Organisations of an app: the operations, and the access rules about the one that is chosen. */
export interface Organisations extends OrganisationRules {
  /** The operations below `/organisations`: each can be replaced or taken away. */
  readonly api: ExtensibleRouter<OrganisationOperations>
}

/**
 * Organisations with members, invitations and roles, for apps that serve many of them. A user may be in several; a session is in the one that it has chosen
 * (`POST /organisations/:id/switch`), and `tenant(column)` gives it the rows of that one alone.
 *
 * Roles and their permissions are those of `accounts({ organisations: { roles } })`. They hold within an organisation, never in the whole app: ask for them by
 * `role` and `permission` of this value. Whoever makes an organisation has the owner's role, which at least one member keeps. Changes hold at once.
 *
 * @example
 * const users = pgTable('users', userColumns())
 * const orgTables = organisationTables(users)
 * const notes = pgTable('notes', { id: id(), organisationId: uuid('organisation_id').notNull(), title: varchar().notNull() })
 * const db = database({ schema: { users, notes, ...accountTables(users), ...orgTables } })
 * const roles = { owner: ['*'], member: ['notes:*'], guest: [] }
 * const auth = accounts({ database: db, users, tables: accountTables(users), organisations: { tables: orgTables, roles } })
 * const orgs = organisations(auth)
 * const noteApi = resource(notes, {
 *   database: db,
 *   access: { read: orgs.tenant('organisationId'), create: allOf(orgs.tenant('organisationId'), orgs.permission('notes:write')) },
 * })
 * createApp({ title: 'Notes', version: '1.0.0', auth, database: db, api: router('', { auth: auth.api, organisations: orgs.api, notes: noteApi }) })
 * @throws TypeError where the accounts have no organisations, the owner's role may not manage them, or a number is not whole and above 0.
 */
export function organisations(
  auth: { readonly core: AccountsCore },
  options: OrganisationsOptions = {},
): Organisations {
  const parts = organisationParts(auth.core, options)
  const api = router(
    '/organisations',
    { tags: ['organisations'], uses: { noStore }, idempotent: false },
    operationsOf(parts),
  )
  // Its children are those that it was made of.
  return { ...organisationRules(parts), api: extensible(api) as ExtensibleRouter<OrganisationOperations> }
}

function operationsOf(parts: OrganisationParts) {
  return {
    ...organisationOperations(parts),
    ...memberOperations(parts),
    ...invitationOperations(parts),
    acceptInvitation: acceptInvitation(parts),
    ...switchOperations(parts),
  }
}

/** The operations of {@link organisations}, by their names. */
export type OrganisationOperations = ReturnType<typeof operationsOf>
