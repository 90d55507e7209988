import { sql } from 'drizzle-orm'
import { bigint, boolean, index, integer, jsonb, pgTable, text, unique, uuid, varchar } from 'drizzle-orm/pg-core'
import { id } from '../../data/columns/life-columns.ts'
import type { AuthenticationMethod } from '../identity.ts'
import { moment, userReference, xid8 } from './columns.ts'
import type { UserTable } from './user-columns.ts'

/**
 * The tables that accounts keep beside the app's own table of users. Spread them into the database's schema, so that `ashlar migrate make` creates
 * them. Secrets stand in them as hashes (passwords, tokens, keys) or sealed (what must be read again).
 *
 * @example
 * const users = pgTable('users', { ...userColumns(), name: varchar().notNull() })
 * const db = database({ schema: { users, ...accountTables(users) } })
 * @throws TypeError where the primary key of the users is none of uuid, text, varchar, integer and bigint.
 */
export function accountTables(users: UserTable) {
  return { ...credentialTables(users), ...sessionTables(users), ...keyTables(users), ...processTables() }
}

/** The tables of {@link accountTables}. */
export type AccountTables = ReturnType<typeof accountTables>

function credentialTables(users: UserTable) {
  const owner = () => userReference(users, 'user_id')
  return {
    /** One row for each user: the password, and how often everything issued before was ended. */
    authCredentials: pgTable('auth_credentials', {
      userId: owner().primaryKey(),
      /** PHC; null where the user has no password. */
      passwordHash: text('password_hash'),
      passwordChangedAt: moment('password_changed_at'),
      /** Tokens carry it; those of a lower one are refused. */
      epoch: integer().notNull().default(1),
      /** Whether the password must be set anew by mail before it is taken again. */
      mustReset: boolean('must_reset').notNull().default(false),
    }),
    /** Factors besides the password: TOTP, passkeys, recovery codes. */
    authFactors: pgTable(
      'auth_factors',
      {
        id: id(),
        userId: owner().notNull(),
        type: text({ enum: ['totp', 'passkey', 'recovery'] }).notNull(),
        name: text().notNull().default(''),
        /** TOTP: sealed. Recovery: the hash of one code. Passkey: the public key, base64url. */
        secret: text().notNull(),
        credentialId: text('credential_id').unique(),
        /** Passkey: the signature counter. TOTP: the last time step that was taken. */
        counter: bigint({ mode: 'number' }).notNull().default(0),
        details: jsonb().$type<Readonly<Record<string, unknown>>>().notNull().default({}),
        /** Null until the user has shown that it works. */
        confirmedAt: moment('confirmed_at'),
        createdAt: moment('created_at').notNull().defaultNow(),
        lastUsedAt: moment('last_used_at'),
      },
      (table) => [index().on(table.userId)],
    ),
    /** Users as other providers know them. */
    authIdentities: pgTable(
      'auth_identities',
      {
        id: id(),
        userId: owner().notNull(),
        provider: text().notNull(),
        subject: text().notNull(),
        email: text(),
        createdAt: moment('created_at').notNull().defaultNow(),
        lastUsedAt: moment('last_used_at'),
      },
      (table) => [unique().on(table.provider, table.subject), index().on(table.userId)],
    ),
    /** What was sent by mail, or waits for the next step of a flow: found by the hash of a token, and taken once. */
    authOneTimeTokens: pgTable(
      'auth_one_time_tokens',
      {
        hash: text().primaryKey(),
        purpose: text().notNull(),
        userId: owner(),
        /** What it is about, such as an address. */
        subject: text(),
        details: jsonb().$type<Readonly<Record<string, unknown>>>().notNull().default({}),
        attempts: integer().notNull().default(0),
        createdAt: moment('created_at').notNull().defaultNow(),
        expiresAt: moment('expires_at').notNull(),
      },
      (table) => [index().on(table.userId, table.purpose), index().on(table.expiresAt)],
    ),
  }
}

function sessionTables(users: UserTable) {
  const owner = () => userReference(users, 'user_id')
  const authSessions = pgTable(
    'auth_sessions',
    {
      id: id(),
      userId: owner().notNull(),
      /** `cookie`: known by a secret in a cookie. `refresh`: a family of refresh tokens. */
      kind: text({ enum: ['cookie', 'refresh'] }).notNull(),
      /** Of the cookie's secret. */
      secretHash: text('secret_hash').unique(),
      methods: text().array().$type<AuthenticationMethod[]>().notNull().default([]),
      authenticatedAt: moment('authenticated_at').notNull().defaultNow(),
      createdAt: moment('created_at').notNull().defaultNow(),
      lastSeenAt: moment('last_seen_at').notNull().defaultNow(),
      /** Whatever happens in it, it ends here. */
      expiresAt: moment('expires_at').notNull(),
      userAgent: text('user_agent'),
      address: text(),
      /** The app that acts for the user, and what it may. */
      clientId: text('client_id'),
      scopes: text().array(),
      organisationId: uuid('organisation_id'),
      /** The administrator who acts as the user. */
      impersonatorId: text('impersonator_id'),
    },
    (table) => [index().on(table.userId), index().on(table.expiresAt)],
  )
  return {
    authSessions,
    authRefreshTokens: pgTable(
      'auth_refresh_tokens',
      {
        hash: text().primaryKey(),
        sessionId: uuid('session_id')
          .notNull()
          .references(() => authSessions.id, { onDelete: 'cascade' }),
        createdAt: moment('created_at').notNull().defaultNow(),
        usedAt: moment('used_at'),
        /** The token that took its place, sealed with this one. */
        successor: text(),
      },
      (table) => [index().on(table.sessionId)],
    ),
    /** What happened to accounts, for their owners and for administrators: log-ins, changed passwords, impersonation. */
    authEvents: pgTable(
      'auth_events',
      {
        id: bigint({ mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
        at: moment('at').notNull().defaultNow(),
        event: text().notNull(),
        /** As text: it stays when the user has gone. */
        userId: text('user_id'),
        actorId: text('actor_id'),
        requestId: text('request_id'),
        address: text(),
        details: jsonb().$type<Readonly<Record<string, unknown>>>().notNull().default({}),
      },
      (table) => [index().on(table.userId, table.id)],
    ),
  }
}

function keyTables(users: UserTable) {
  return {
    authApiKeys: pgTable(
      'auth_api_keys',
      {
        id: id(),
        userId: userReference(users, 'user_id').notNull(),
        name: text().notNull(),
        /** What stands before the secret, and is shown in lists. */
        prefix: text().notNull().unique(),
        secretHash: text('secret_hash').notNull(),
        /** Null: as much as its user may. */
        scopes: text().array(),
        /** What it acts in; null: in none. */
        organisationId: uuid('organisation_id'),
        /** Requests in a minute; null: no limit of its own. */
        perMinute: integer('per_minute'),
        createdAt: moment('created_at').notNull().defaultNow(),
        createdBy: text('created_by').notNull(),
        expiresAt: moment('expires_at'),
        lastUsedAt: moment('last_used_at'),
      },
      (table) => [index().on(table.userId)],
    ),
  }
}

/** What the processes of an app share. */
function processTables() {
  return {
    /** What was ended before its time, for as long as a token of it could still be presented. */
    authRevocations: pgTable(
      'auth_revocations',
      {
        id: bigint({ mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
        /** Which transaction wrote it: what was not yet committed when somebody last looked is found by it. */
        xact: xid8()
          .notNull()
          .default(sql`pg_current_xact_id()`),
        kind: text({ enum: ['user', 'session', 'key', 'client'] }).notNull(),
        subject: text().notNull(),
        /** Of a user: the lowest epoch that still holds. */
        epoch: integer(),
        at: moment('at').notNull().defaultNow(),
      },
      (table) => [index().on(table.xact), index().on(table.at)],
    ),
    /** Keys that sign tokens, the newest of which does. */
    authSigningKeys: pgTable('auth_signing_keys', {
      kid: text().primaryKey(),
      algorithm: text().notNull(),
      publicKey: jsonb('public_key').$type<Readonly<Record<string, unknown>>>().notNull(),
      /** Sealed. */
      privateKey: text('private_key').notNull(),
      createdAt: moment('created_at').notNull().defaultNow(),
      /** From when on it signs: it is published before. */
      signsFrom: moment('signs_from').notNull(),
      /** Until when what it has signed is accepted; null while it is in use. */
      retiresAt: moment('retires_at'),
    }),
    /** Attempts counted; the columns are those of rate-limiter-flexible. */
    authLimits: pgTable('auth_limits', {
      key: varchar({ length: 255 }).primaryKey(),
      points: integer().notNull().default(0),
      expire: bigint({ mode: 'number' }),
    }),
  }
}
