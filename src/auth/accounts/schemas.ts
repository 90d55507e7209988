import { getTableColumns } from 'drizzle-orm'
import { z } from 'zod'
import { columnSchema } from '../../data/columns/column-schema.ts'
import { tableSchemas } from '../../data/columns/table-schemas.ts'
import { secret } from '../../schema/secret.ts'
import { DELIVERIES, type Delivery } from '../core/log-in-result.ts'
import type { UserId } from '../identity.ts'
import type { AccountsOptions } from '../core/options.ts'

/** Longer than any passphrase, and short enough to be hashed without a thought. */
const MAX_PASSWORD_LENGTH = 1_000
const MAX_LOGIN_LENGTH = 254
const MAX_TOKEN_LENGTH = 200

/** A password in a request. Its length is the policy's: of those that exist already any is tried. */
export const Password = secret(z.string().min(1).max(MAX_PASSWORD_LENGTH))
/** What a mail's link carries. */
export const MailedToken = secret(z.string().min(1).max(MAX_TOKEN_LENGTH))
export const Login = z.string().min(1).max(MAX_LOGIN_LENGTH)

/** What users see of themselves and administrators of them: nothing else of the app's table. */
const SHOWN = ['id', 'email', 'emailVerifiedAt', 'roles'] as const

/** The parts of requests and answers that follow from the app's table. */
export interface AccountSchemas {
  /** Columns of the profile in what makes a user. */
  readonly profile: z.ZodObject
  readonly profileChanges: z.ZodObject
  /** A user as they see themselves, without what their session says. */
  readonly shown: z.ZodObject
  /** The path of one user. */
  readonly params: z.ZodObject<{ id: z.ZodType<UserId, UserId> }>
  readonly delivery: z.ZodDefault<z.ZodEnum<{ [D in Delivery]: D }>>
}

export function accountSchemas({ users, profile = [], deliveries = DELIVERIES }: AccountsOptions): AccountSchemas {
  const keys = Object.keys(getTableColumns(users))
  const except = (kept: readonly string[]): never[] => keys.filter((key) => !kept.includes(key)) as never[]
  const { create, update } = tableSchemas(users, { readOnly: except(profile), private: except(profile) })
  const { row } = tableSchemas(users, { readOnly: keys as never[], private: except([...SHOWN, ...profile]) })
  return {
    profile: create,
    profileChanges: update,
    shown: row,
    params: z.object({ id: (columnSchema(users.id) ?? z.string()) as z.ZodType<UserId, UserId> }),
    delivery: z.enum(deliveries as typeof DELIVERIES).default(deliveries[0] ?? 'tokens'),
  }
}
