import { holdsName } from '../../core/access/grant.ts'
import type { AccessRule } from '../../core/access/index.ts'
import type { Owning } from '../../core/access/rule.ts'
import type { Identity } from '../identity.ts'
import type { OrganisationParts } from './options.ts'

/** The access rules about the organisation that the caller's session has chosen. Who has chosen none passes none of them. */
export interface OrganisationRules {
  /** The rows of that organisation: `column` holds its id, is filled by the server in new rows, and cannot be sent. Combine it by `allOf` and never by `anyOf`. */
  readonly tenant: <const Column extends string>(column: Column) => AccessRule<Identity> & Owning<Column>
  /** Somebody with this role in it. */
  readonly role: (name: string) => AccessRule<Identity>
  /** Somebody whose roles in it carry this permission. */
  readonly permission: (name: string) => AccessRule<Identity>
  /** Somebody who is in it, whatever their roles. */
  readonly member: AccessRule<Identity>
}

export function organisationRules({ core: { access }, roles }: OrganisationParts): OrganisationRules {
  return {
    tenant: (column) => access.tenant(column, ({ organisation }) => organisation?.id),
    role: (name) => {
      // One that nobody can have would close the operation for good.
      if (!Object.hasOwn(roles, name))
        throw new TypeError(`organisations: there is no role "${name}". Roles are ${Object.keys(roles).join(', ')}.`)
      return access.rule(
        { name: `organisation.role(${name})` },
        ({ user: { organisation } }) => organisation?.roles.includes(name) ?? false,
      )
    },
    permission: (name) =>
      access.rule({ name: `organisation.permission(${name})` }, ({ user: { organisation } }) =>
        holdsName(organisation?.permissions, name),
      ),
    member: access.rule({ name: 'organisation.member' }, ({ user: { organisation } }) => organisation !== undefined),
  }
}

/** Who may use the operations of organisations. */
export function organisationCallers({ core: { access } }: OrganisationParts) {
  return {
    /** Users: a client that acts for itself is in no organisation. */
    reads: access.rule({ name: 'user' }, ({ user }) => user.via !== 'client'),
    changes: access.unrestricted,
    /** Whoever has a session of this app, also one in which they act as somebody else. */
    session: access.rule(
      { name: 'session' },
      ({ user }) => !user.restricted && (user.via === 'session' || user.via === 'token'),
    ),
  }
}
