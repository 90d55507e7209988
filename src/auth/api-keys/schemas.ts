import { z } from 'zod'
import { isoTime } from '../../data/wire-times.ts'
import { named } from '../../schema/named.ts'
import { API_KEY_START } from '../core/api-key-format.ts'
import type { AccountTables } from '../tables/account-tables.ts'
import type { KeyParts } from './options.ts'

const MAX_NAME_LENGTH = 100
const MAX_PER_MINUTE = 1_000_000
/** A hundred years: what is longer is a mistake, and no date of the database. */
const MAX_DAYS = 36_500

export const KeyName = z.string().trim().min(1).max(MAX_NAME_LENGTH)

/** A key as its owner sees it: never what it is known by. */
export const ApiKey = named(
  'ApiKey',
  z.object({
    id: z.string(),
    name: z.string(),
    /** What the key begins with, to tell it from others. */
    prefix: z.string(),
    /** Null: all that its user may. */
    scopes: z.array(z.string()).nullable(),
    /** The organisation it acts in. */
    organisationId: z.string().nullable(),
    perMinute: z.int().nullable(),
    createdAt: z.iso.datetime(),
    /** The id of who made it: its user, or an administrator. */
    createdBy: z.string(),
    expiresAt: z.iso.datetime().nullable(),
    /** To about a minute. */
    lastUsedAt: z.iso.datetime().nullable(),
  }),
)

export const ApiKeyWithSecret = named(
  'ApiKeyWithSecret',
  z.object({ ...ApiKey.shape, /** The key itself: in this answer only; the server keeps its hash. */ key: z.string() }),
)

/** What a key is made with. */
export function newKeySchema({ scopes, maxExpiresInDays, defaultExpiresInDays }: KeyParts) {
  const days = z
    .int()
    .min(1)
    .max(maxExpiresInDays ?? MAX_DAYS)
  return z.object({
    name: KeyName,
    /** What it may. Null: all that you may. */
    scopes: scopeNames(scopes).nullable().default(null),
    /** Null: it holds until it is revoked. */
    expiresInDays: (maxExpiresInDays === undefined ? days.nullable() : days).default(defaultExpiresInDays as number),
    /** Requests a minute, over all processes of the app. Null: no limit of its own. */
    perMinute: z.int().min(1).max(MAX_PER_MINUTE).nullable().default(null),
  })
}

/** Keys of others are always limited: with one of all rights their account could be taken over. */
export function newKeyOfOthersSchema(parts: KeyParts) {
  return newKeySchema(parts).extend({ scopes: scopeNames(parts.scopes) })
}

export type NewKey = z.output<ReturnType<typeof newKeySchema>>

function scopeNames(scopes: KeyParts['scopes']) {
  return z
    .array(z.enum(Object.keys(scopes) as [string, ...string[]]))
    .min(1)
    .transform((names) => [...new Set(names)])
}

export type KeyRow = AccountTables['authApiKeys']['$inferSelect']

export function shownKey(row: KeyRow): z.output<typeof ApiKey> {
  const { id, name, prefix, scopes, organisationId, perMinute, createdBy } = row
  const times = {
    createdAt: isoTime(row.createdAt),
    expiresAt: timeOf(row.expiresAt),
    lastUsedAt: timeOf(row.lastUsedAt),
  }
  return { id, name, prefix: shownPrefix(prefix), scopes, organisationId, perMinute, createdBy, ...times }
}

function timeOf(time: string | null): string | null {
  return time === null ? null : isoTime(time)
}

function shownPrefix(prefix: string): string {
  return `${API_KEY_START}${prefix}`
}
