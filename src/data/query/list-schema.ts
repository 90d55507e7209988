import { z } from 'zod'
import { commaSeparated } from '../../schema/index.ts'
import type { FilterTerm } from './filters.ts'
import { MAX_OFFSET, MAX_SORT } from './list-options.ts'
import { MAX_FILTER_TEXT, operatorSchema } from './operator-schema.ts'
import type { Operator } from './operators.ts'

/** Cursors hold the values that rows are sorted by, and a URL is at most 16 KiB. */
const MAX_CURSOR_LENGTH = 8192

/** The parameter that asks for rows that are deleted softly. */
export const DELETED = 'deleted'

/** What the parameters of a list are made of. */
export interface ListParameters {
  readonly page: 'keyset' | 'offset'
  readonly deleted: boolean
  readonly limit: { readonly default: number; readonly max: number }
  readonly filters: readonly FilterTerm[]
  readonly sort: readonly string[]
  /** In words, for the documentation. */
  readonly defaultSort: string
  /** The columns that are searched; `undefined` where there is no search. */
  readonly search: readonly string[] | undefined
  readonly fields: readonly string[]
  readonly include: readonly string[]
  readonly count: readonly string[]
  /** Who may ask by a column, in words, where not everybody may. */
  readonly onlyFor: ((name: string) => string | undefined) | undefined
}

/** The schema of a list's query. It knows its own parameters only: what it does not know was meant to do something. */
export function listSchema(parameters: ListParameters): z.ZodType<object> {
  return z.strictObject({
    ...filterShape(parameters),
    ...pageShape(parameters),
    ...(parameters.deleted ? { [DELETED]: deletedSchema() } : {}),
    ...(parameters.sort.length === 0 ? {} : { sort: sortSchema(parameters) }),
    ...(parameters.search === undefined ? {} : { search: searchSchema(parameters) }),
    ...(parameters.fields.length === 0
      ? {}
      : {
          fields: choices(
            parameters.fields,
            `The fields to send. Default: all.${restricted(parameters, parameters.fields)}`,
          ),
        }),
    ...(parameters.include.length === 0
      ? {}
      : { include: choices(parameters.include, 'What belongs to each row and is sent with it.') }),
    ...(parameters.count.length === 0 ? {} : { count: countSchema(parameters.count) }),
  })
}

function filterShape({ filters, onlyFor }: ListParameters): Record<string, z.ZodType> {
  return Object.fromEntries(
    filters.map(({ parameter, name, operator, column }) => {
      const schema = operatorSchema(operator, column).optional()
      const who = onlyFor?.(name)
      const words = who === undefined ? '' : ` Only for ${who}.`
      return [parameter, schema.describe(`Only rows ${WORDS[operator](name)}.${words}`)]
    }),
  )
}

/** Which of the columns are not for everybody. */
function restricted({ onlyFor }: ListParameters, names: readonly string[]): string {
  const told = [...new Set(names.map((name) => name.replace(/^-|\.nulls(?:First|Last)$/g, '')))].flatMap((name) => {
    const who = onlyFor?.(name)
    return who === undefined ? [] : [`${name} only for ${who}`]
  })
  return told.length === 0 ? '' : ` ${told.join('; ')}.`
}

const WORDS: Readonly<Record<Operator, (name: string) => string>> = {
  eq: (name) => `whose ${name} is this`,
  ne: (name) => `whose ${name} is not this, those without a value included`,
  lt: (name) => `whose ${name} is less than this`,
  lte: (name) => `whose ${name} is at most this`,
  gt: (name) => `whose ${name} is greater than this`,
  gte: (name) => `whose ${name} is at least this`,
  in: (name) => `whose ${name} is one of these`,
  contains: (name) => `whose ${name} contains this, in upper or lower case`,
  startsWith: (name) => `whose ${name} starts with this, in upper or lower case`,
  has: (name) => `whose ${name} has all of these`,
  containsJson: (name) => `whose ${name} contains this JSON`,
  isNull: (name) => `without a ${name} (true) or with one (false)`,
}

function pageShape({ page, limit }: ListParameters): Record<string, z.ZodType> {
  const rows = z.int().min(1).default(limit.default)
  return {
    limit: rows.describe(`How many rows at most. More than ${limit.max} is taken as ${limit.max}.`),
    ...(page === 'offset'
      ? { offset: z.int().min(0).max(MAX_OFFSET).default(0).describe('How many rows to skip.') }
      : { cursor: cursorSchema() }),
  }
}

function cursorSchema(): z.ZodType {
  const text = z.string().min(1).max(MAX_CURSOR_LENGTH).optional()
  return text.describe(
    'Where to go on: a cursor of another page, as it was given, with the same sort, filters and search.',
  )
}

function deletedSchema(): z.ZodType {
  return z.boolean().default(false).describe('The deleted ones in the place of the others, for who may delete them.')
}

function sortSchema(parameters: ListParameters): z.ZodType {
  const { sort, defaultSort } = parameters
  const list = commaSeparated(z.array(z.enum(sort)).min(1).max(MAX_SORT)).optional()
  return list.describe(
    `What to sort by, the most important first; - is descending. Default: ${defaultSort}.${restricted(parameters, sort)}`,
  )
}

function searchSchema(parameters: ListParameters): z.ZodType {
  const { search: columns = [] } = parameters
  const text = z.string().min(1).max(MAX_FILTER_TEXT).optional()
  return text.describe(
    `Words to find in ${columns.join(', ')}: all of them, "these in a row", one or another, -without. Sorted by relevance.${restricted(parameters, columns)}`,
  )
}

function choices(names: readonly string[], description: string): z.ZodType {
  return commaSeparated(z.array(z.enum(names)).min(1))
    .optional()
    .describe(description)
}

function countSchema(ways: readonly string[]): z.ZodType {
  return z
    .enum(['none', ...ways])
    .default('none')
    .describe('Whether to count the rows of all pages.')
}
