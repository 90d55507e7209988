import { z } from 'zod'
import { columnSchema } from '../../data/columns/column-schema.ts'
import { isoTime } from '../../data/wire-times.ts'
import { named } from '../../schema/named.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import type { UserId } from '../identity.ts'
import type { OrganisationTables } from '../tables/organisation-tables.ts'
import type { OrganisationParts } from './options.ts'

const MAX_NAME_LENGTH = 200
const MAX_ROLES = 20

const Name = z.string().trim().min(1).max(MAX_NAME_LENGTH)
/** A label of a host name (RFC 1123 section 2.1), so that it may become one. */
const Slug = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)

export const NewOrganisation = z.object({ name: Name, slug: Slug })
export const OrganisationChanges = z.object({ name: Name.optional(), slug: Slug.optional() })

export const Organisation = named(
  'Organisation',
  z.object({ id: z.string(), name: z.string(), slug: z.string(), createdAt: z.iso.datetime() }),
)

/** An organisation as one of its members sees it. */
export const MyOrganisation = named(
  'MyOrganisation',
  z.object({
    ...Organisation.shape,
    /** Mine in it, and what they may. */
    roles: z.array(z.string()),
    permissions: z.array(z.string()),
    /** Whether the session has chosen it. */
    current: z.boolean(),
  }),
)

export const Member = named(
  'OrganisationMember',
  z.object({
    userId: z.union([z.string(), z.int()]),
    email: z.string().nullable(),
    roles: z.array(z.string()),
    createdAt: z.iso.datetime(),
  }),
)

export const Invitation = named(
  'OrganisationInvitation',
  z.object({
    id: z.string(),
    email: z.string(),
    roles: z.array(z.string()),
    /** The id of who invites. */
    invitedBy: z.string(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  }),
)

export const OrganisationId = z.object({ id: z.uuid() })

/** A user's id, as the app's table has it. */
export function userIdSchema({ users }: AccountsCore) {
  return (columnSchema(users.id) ?? z.string()) as z.ZodType<UserId, UserId>
}

export function rolesSchema({ roles }: OrganisationParts) {
  return z
    .array(z.enum(Object.keys(roles) as [string, ...string[]]))
    .min(1)
    .max(MAX_ROLES)
    .transform((names): string[] => [...new Set(names)])
}

export type OrganisationRow = OrganisationTables['organisations']['$inferSelect']
export type InvitationRow = OrganisationTables['organisationInvitations']['$inferSelect']

export function shownOrganisation({ id, name, slug, createdAt }: OrganisationRow): z.output<typeof Organisation> {
  return { id, name, slug, createdAt: isoTime(createdAt) }
}

export function shownInvitation(row: InvitationRow): z.output<typeof Invitation> {
  const { id, email, roles, invitedBy } = row
  return { id, email, roles, invitedBy, createdAt: isoTime(row.createdAt), expiresAt: isoTime(row.expiresAt) }
}
