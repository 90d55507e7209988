import type { PgColumn } from 'drizzle-orm/pg-core'
import { columnSchema } from '../columns/column-schema.ts'

/** Made once for each column: rules are asked with every request. */
const schemas = new WeakMap<PgColumn, ReturnType<typeof columnSchema>>()

const WHOLE = /^-?\d{1,30}$/
const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i

/**
 * Whether a column could hold what a caller is known by. Ids come of many places, as texts and as numbers, and those of an app that acts for itself are no
 * user's: PostgreSQL would refuse to compare them.
 */
export function fitsColumn(value: unknown, column: PgColumn): boolean {
  const given = inTypeOf(value, column)
  return given === undefined || (schemaOf(column)?.safeParse(given).success ?? true)
}

function schemaOf(column: PgColumn): ReturnType<typeof columnSchema> {
  const made = schemas.get(column) ?? columnSchema(column)
  schemas.set(column, made)
  return made
}

/** `undefined` for the types whose values PostgreSQL reads of any text. */
function inTypeOf(value: unknown, { columnType, dataType }: PgColumn): unknown {
  if (columnType === 'PgUUID') return typeof value === 'number' ? String(value) : value
  if (dataType !== 'number' && dataType !== 'bigint') return undefined
  if (dataType === 'number') return typeof value === 'string' && NUMBER.test(value) ? Number(value) : value
  const isWhole = typeof value === 'string' ? WHOLE.test(value) : Number.isInteger(value)
  return isWhole ? BigInt(value as string | number) : value
}
