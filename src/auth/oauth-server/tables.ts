import { boolean, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { id } from '../../data/columns/life-columns.ts'
import type { AuthenticationMethod } from '../identity.ts'
import { moment, userReference } from '../tables/columns.ts'
import type { UserTable } from '../tables/user-columns.ts'

/** How a client may get tokens (RFC 6749). The implicit and the password grant are not among them: RFC 9700 section 2. */
export const GRANTS = ['authorization_code', 'refresh_token', 'client_credentials'] as const
export type Grant = (typeof GRANTS)[number]

/**
 * The tables of {@link authorizationServer}: clients, what users have agreed to, and authorization codes. Spread them into the database's schema beside
 * those of {@link accountTables}. Secrets and codes stand in them as hashes only.
 *
 * @example
 * const users = pgTable('users', userColumns())
 * const db = database({ schema: { users, ...accountTables(users), ...oauthServerTables(users) } })
 * @throws TypeError where the primary key of the users is none of uuid, text, varchar, integer and bigint.
 */
export function oauthServerTables(users: UserTable) {
  const oauthClients = clientTable()
  const client = () =>
    uuid('client_id')
      .notNull()
      .references(() => oauthClients.id, { onDelete: 'cascade' })
  const owner = () => userReference(users, 'user_id').notNull()
  return {
    oauthClients,
    /** What users let clients do in their name. */
    oauthConsents: pgTable(
      'oauth_consents',
      {
        userId: owner(),
        clientId: client(),
        scopes: text().array().notNull(),
        grantedAt: moment('granted_at').notNull().defaultNow(),
      },
      (table) => [primaryKey({ columns: [table.userId, table.clientId] }), index().on(table.clientId)],
    ),
    /** Authorization codes, and everything they are bound to. */
    oauthCodes: pgTable(
      'oauth_codes',
      {
        hash: text().primaryKey(),
        userId: owner(),
        clientId: client(),
        redirectUri: text('redirect_uri').notNull(),
        /** PKCE, `S256` (RFC 7636). */
        codeChallenge: text('code_challenge').notNull(),
        scopes: text().array().notNull(),
        /** The browser's session that it was issued in: a code does not outlive it, nor the epoch of its user. */
        sessionId: uuid('session_id').notNull(),
        epoch: integer().notNull(),
        methods: text().array().$type<AuthenticationMethod[]>().notNull(),
        authenticatedAt: moment('authenticated_at').notNull(),
        organisationId: uuid('organisation_id'),
        expiresAt: moment('expires_at').notNull(),
        usedAt: moment('used_at'),
        /** What it was exchanged for, which ends where the code is shown again. */
        issuedSessionId: uuid('issued_session_id'),
      },
      (table) => [index().on(table.expiresAt), index().on(table.userId), index().on(table.clientId)],
    ),
  }
}

/** The tables of {@link oauthServerTables}. */
export type OAuthServerTables = ReturnType<typeof oauthServerTables>

function clientTable() {
  return pgTable('oauth_clients', {
    /** `client_id`. */
    id: id(),
    name: text().notNull(),
    /** Null for public clients, which can keep no secret: programs in a browser or on a device. */
    secretHash: text('secret_hash'),
    redirectUris: text('redirect_uris').array().notNull(),
    grants: text().array().$type<Grant[]>().notNull(),
    /** The most it may ask for. */
    scopes: text().array().notNull(),
    /** The operator's own: users are not asked. */
    firstParty: boolean('first_party').notNull().default(false),
    /** A resource server: may introspect tokens of other clients. */
    introspectsAll: boolean('introspects_all').notNull().default(false),
    createdAt: moment('created_at').notNull().defaultNow(),
    createdBy: text('created_by'),
  })
}
