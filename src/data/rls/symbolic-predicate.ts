import {
  Column,
  is,
  isSQLWrapper,
  Name,
  Param,
  Placeholder,
  sql,
  SQL,
  StringChunk,
  Subquery,
  Table,
  View,
  type SQLChunk,
} from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { NotSymbolic, symbolicUser, UserProperty } from './symbolic-user.ts'

/** The place of a caller's property in SQL. */
interface PropertyPlace {
  readonly property: string
  /** What it is compared with, where that is known. */
  readonly column: PgColumn | undefined
  /** Whether it is the list behind `in`. */
  readonly isList: boolean
}

type PropertySql = (place: PropertyPlace) => SQL

interface Predicate {
  readonly name: string
  readonly predicate: (context: never) => unknown
}

/**
 * A predicate of the user's as SQL that holds for any caller, or `true` or `false`. `nobody`: what it says without a caller.
 *
 * @throws TypeError where it decides in JavaScript what depends on the caller.
 */
export function symbolicPredicate(
  { name, predicate }: Predicate,
  table: PgTable,
  place: PropertySql | 'nobody',
): SQL | boolean {
  const { user, reads } = symbolicUser()
  try {
    const result = predicate({ user: place === 'nobody' ? undefined : user, table } as never)
    const left = new Map(reads)
    const written = typeof result === 'boolean' ? result : rewritten(result, place, left)
    const unused = [...left].find(([, count]) => count > 0)
    if (unused !== undefined) throw new NotSymbolic(`it reads user.${unused[0]} without a place for it in its SQL`)
    return written
  } catch (error) {
    throw refusal(name, error)
  }
}

function rewritten(result: unknown, place: PropertySql | 'nobody', left: Map<string, number>): SQL {
  if (!is(result, SQL)) throw new NotSymbolic('it gives neither a Drizzle condition nor true or false')
  const write: Write = (of) => {
    left.set(of.property, (left.get(of.property) ?? 0) - 1)
    if (place === 'nobody') throw new NotSymbolic(`it reads user.${of.property} of nobody`)
    return place(of)
  }
  return walk(result, write)
}

type Write = (place: PropertyPlace) => SQL

/** The same SQL with its places written. The user's own is not changed. */
function walk({ queryChunks }: SQL, write: Write): SQL {
  return new SQL(
    queryChunks.map((chunk, index) =>
      is(chunk, Param) ? paramOf(chunk, queryChunks[index - 1], write) : chunkOf(chunk, write),
    ),
  )
}

function chunkOf(chunk: SQLChunk, write: Write): SQLChunk {
  if (chunk instanceof UserProperty) return write({ property: chunk.property, column: undefined, isList: false })
  if (Array.isArray(chunk)) return chunk.map((each) => chunkOf(each as SQLChunk, write))
  if (is(chunk, Param)) return paramOf(chunk, undefined, write)
  if (is(chunk, SQL)) return walk(chunk, write)
  // A query: its SQL is asked for here, where a caller's property in it can be written.
  if (isSQLWrapper(chunk) && !isPlain(chunk)) return sql`(${walk(chunk.getSQL(), write)})`
  return chunk
}

function paramOf(param: Param, before: SQLChunk | undefined, write: Write): SQLChunk {
  const { value, encoder } = param
  if (value instanceof UserProperty) {
    const text = is(before, StringChunk) ? before.value.join('') : ''
    // Without a list nothing is outside of it: everybody without that property would have every row.
    if (text.endsWith(' not in ')) throw new NotSymbolic(`it asks what is not in user.${value.property}`)
    return write({ property: value.property, column: columnOf(encoder), isList: text.endsWith(' in ') })
  }
  if (value instanceof Date)
    throw new NotSymbolic('it compares with a moment, which is another one each time: write sql`now()`')
  return param
}

/** What encodes a value is the column it is compared with. */
function columnOf(encoder: object): PgColumn | undefined {
  return 'getSQLType' in encoder ? (encoder as PgColumn) : undefined
}

/** What is written as it is; everything of Drizzle's could give its SQL. */
function isPlain(chunk: SQLChunk): boolean {
  return [StringChunk, Name, Column, Table, View, Subquery, Placeholder].some((type) => is(chunk, type))
}

function refusal(name: string, error: unknown): TypeError {
  const why = error instanceof NotSymbolic ? error.message : `it throws without a real caller: ${String(error)}`
  return new TypeError(
    `The rule rows('${name}', ...) cannot be made a policy of the database: ${why}. Compare columns with properties of the caller ` +
      'only, as in eq(table.teamId, user.teamId); or write the policy by hand: ' +
      "rls: { read: sql`team_id = (select ashlar.claim('id'))` }.",
    { cause: error },
  )
}
