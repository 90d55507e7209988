import type { PgColumn } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { toJsonSchema } from '../../schema/index.ts'
import { isArray } from './column-kind.ts'
import { columnSchema } from './column-schema.ts'

/**
 * The schema of a column's value in a response. It documents what the column and its refinement say, and checks no more than the type of
 * the value: rows written before a rule was declared can still be read.
 */
export function rowField(column: PgColumn, refined: z.ZodType | undefined): z.ZodType {
  const own = columnSchema(column)
  // A custom type's values are known to its refinement alone, which also says how they are sent.
  if (own === undefined) return refined ?? z.unknown()
  const loose = looseField(column, own)
  return refined === undefined && loose === own ? own : documented(loose, refined ?? own)
}

/** Texts and JSON have rules beyond their type. Numbers, booleans and times are held to theirs by the database. */
function looseField(column: PgColumn, own: z.ZodType): z.ZodType {
  if (isArray(column)) return z.array(rowField(column.baseColumn, undefined))
  if (own instanceof z.ZodUnknown) return z.unknown()
  return own instanceof z.ZodString || own instanceof z.ZodStringFormat || own instanceof z.ZodEnum ? z.string() : own
}

function documented(loose: z.ZodType, by: z.ZodType): z.ZodType {
  const { $schema: _, type, ...keywords } = toJsonSchema(by, { io: 'output' })
  // What refers to other schemas can only be said by the schema itself, not in notes beside another.
  if ('$defs' in keywords) return loose
  return loose.meta(loose instanceof z.ZodUnknown && type !== undefined ? { type, ...keywords } : keywords)
}
