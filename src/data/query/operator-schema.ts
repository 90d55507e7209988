import type { PgColumn } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { columnSchema } from '../columns/column-schema.ts'
import { isArray } from '../columns/column-kind.ts'
import type { Operator } from './operators.ts'

/** Values of one `in` or `has`. */
export const MAX_FILTER_VALUES = 100
/** Characters of a `contains`, a `startsWith` and a search. */
export const MAX_FILTER_TEXT = 200
/** Nesting of a `containsJson`: far deeper values end the statement on the server's stack limit. */
const MAX_JSON_DEPTH = 16

/** What a filter's value must be. */
export function operatorSchema(operator: Operator, column: PgColumn): z.ZodType {
  switch (operator) {
    case 'isNull':
      return z.boolean()
    case 'contains':
    case 'startsWith':
      return z.string().min(1).max(MAX_FILTER_TEXT)
    case 'in':
      return listOf(valueSchema(column))
    case 'has':
      return listOf(valueSchema(isArray(column) ? column.baseColumn : column))
    case 'containsJson':
      return JSON_TEXT
    default:
      return valueSchema(column)
  }
}

/** A column of a type nobody knows is compared by PostgreSQL's text of it. */
function valueSchema(column: PgColumn): z.ZodType {
  return columnSchema(column) ?? z.string()
}

function listOf(item: z.ZodType): z.ZodType {
  return z.array(item).min(1).max(MAX_FILTER_VALUES)
}

const JSON_TEXT = z
  .string()
  .refine(isShallowJson, `Input should be JSON, at most ${MAX_JSON_DEPTH} levels deep`)
  .meta({ contentMediaType: 'application/json', examples: ['{"colour":"red"}'] })

function isShallowJson(text: string): boolean {
  try {
    return depthOf(JSON.parse(text)) <= MAX_JSON_DEPTH
  } catch {
    return false
  }
}

function depthOf(value: unknown, limit = MAX_JSON_DEPTH): number {
  if (typeof value !== 'object' || value === null) return 0
  // One beyond the limit is deep enough to know.
  if (limit === 0) return 1
  return 1 + Math.max(0, ...Object.values(value).map((each) => depthOf(each, limit - 1)))
}
