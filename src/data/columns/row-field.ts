import type { PgColumn } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { toJsonSchema } from '../../schema/index.ts'
import { columnSchema } from './column-schema.ts'
import { isArray } from './column-kind.ts'

/**
 * The schema of a column's value in a response. It documents what the column and its refinement say, and checks no more than the type of
 * the value: rows written before a rule was declared can still be read.
 */
export function rowField(column: PgColumn, refined: z.ZodType | undefined): z.ZodType {
  if (isArray(column) && refined === undefined) return z.array(rowField(column.baseColumn, undefined))
  const own = columnSchema(column)
  // A custom type's values are known to its refinement alone, which also says how they are sent.
  if (own === undefined) return refined ?? z.unknown()
  if (!isLenient(own)) return own
  const { $schema: _, type, ...keywords } = toJsonSchema(refined ?? own, { io: 'output' })
  const loose = own instanceof z.ZodUnknown ? z.unknown() : z.string()
  // What refers to other schemas can only be said by the schema itself, not in notes beside another.
  if ('$defs' in keywords) return loose
  return loose.meta(own instanceof z.ZodUnknown && type !== undefined ? { type, ...keywords } : keywords)
}

/** Texts and JSON have rules beyond their type. Numbers, booleans and times are held to theirs by the database. */
function isLenient(own: z.ZodType): boolean {
  return (
    own instanceof z.ZodString ||
    own instanceof z.ZodStringFormat ||
    own instanceof z.ZodEnum ||
    own instanceof z.ZodUnknown
  )
}
