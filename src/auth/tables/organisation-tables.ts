import { index, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import { id, timestamps } from '../../data/columns/life-columns.ts'
import { moment, userReference } from './columns.ts'
import type { UserTable } from './user-columns.ts'

/**
 * The tables of {@link organisations}: organisations, who is in them, and who is invited. Spread them into the database's schema beside those of
 * {@link accountTables}, and give them to `accounts({ organisations: { tables } })`.
 *
 * Your own tables refer to `organisations.id`.
 *
 * @example
 * const users = pgTable('users', userColumns())
 * const orgTables = organisationTables(users)
 * const db = database({ schema: { users, ...accountTables(users), ...orgTables } })
 * @throws TypeError where the primary key of the users is none of uuid, text, varchar, integer and bigint.
 */
export function organisationTables(users: UserTable) {
  const organisations = pgTable('organisations', {
    id: id(),
    name: text().notNull(),
    /** In addresses: lower case letters, digits and hyphens. */
    slug: text().notNull().unique(),
    ...timestamps(),
  })
  const organisation = () =>
    uuid('organisation_id')
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' })
  return {
    organisations,
    organisationMembers: pgTable(
      'organisation_members',
      {
        organisationId: organisation(),
        userId: userReference(users, 'user_id').notNull(),
        /** Names of `accounts({ organisations: { roles } })`: they hold in this organisation alone. */
        roles: text().array().notNull(),
        createdAt: moment('created_at').notNull().defaultNow(),
      },
      (table) => [primaryKey({ columns: [table.organisationId, table.userId] }), index().on(table.userId)],
    ),
    /** Who is invited. The token that was sent by mail is a one-time token; without this row it opens nothing. */
    organisationInvitations: pgTable(
      'organisation_invitations',
      {
        id: id(),
        organisationId: organisation(),
        email: text().notNull(),
        roles: text().array().notNull(),
        /** As text: it stays when the user has gone. */
        invitedBy: text('invited_by').notNull(),
        createdAt: moment('created_at').notNull().defaultNow(),
        expiresAt: moment('expires_at').notNull(),
      },
      (table) => [unique().on(table.organisationId, table.email)],
    ),
  }
}

/** The tables of {@link organisationTables}. */
export type OrganisationTables = ReturnType<typeof organisationTables>
