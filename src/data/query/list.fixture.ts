import { fillPlaceholders, sql, type SQL } from 'drizzle-orm'
import { PgDialect, type PgTable } from 'drizzle-orm/pg-core'
import type { Pool } from 'pg'
import type { Issue } from '../../core/errors/index.ts'
import { ValidationFailed } from '../../core/errors/index.ts'
import { compileInput, type InputReader } from '../../schema/index.ts'
import { columnKind } from '../columns/column-kind.ts'
import { columnIn } from './filters.ts'
import type { ListQuery } from './list-query.ts'
import type { ListRequest } from './list-request.ts'

export const KEY = new Uint8Array(32).fill(7)

const dialect = new PgDialect()

export interface Page {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly next: string | undefined
  readonly previous: string | undefined
}

const readers = new WeakMap<ListQuery, InputReader>()

function readerOf(query: ListQuery): InputReader {
  const reader = readers.get(query) ?? compileInput(query.schema, { source: 'strings', in: 'query' })
  readers.set(query, reader)
  return reader
}

/** The query parameters of a URL, read as an operation reads them. */
export function readUrl(query: ListQuery, search: string): ListRequest {
  const given = new Map<string, string | string[]>()
  for (const [name, value] of new URLSearchParams(search)) {
    const known = given.get(name)
    given.set(name, known === undefined ? value : [known, value].flat())
  }
  const issues: Issue[] = []
  const read = readerOf(query)(Object.fromEntries(given), issues)
  if (issues.length > 0) throw query.onInvalid(issues) ?? new ValidationFailed(issues)
  return query.read(read as Record<string, unknown>, KEY)
}

export function statementOf(
  request: ListRequest,
  table: PgTable,
): { readonly sql: string; readonly params: unknown[] } {
  const selected = [
    ...request.fields.map(({ key }) => columnIn(table, key)),
    ...request.cursorColumns.map((each) => each.expression(table)),
  ]
  const where = request.where(table)
  const columns = list(selected.map((each) => sql`${each}`))
  const { sql: text, params } = dialect.sqlToQuery(
    sql`select ${columns} from ${table}${where && sql` where ${where}`} order by ${list(request.orderBy(table))} limit ${request.limit + 1} offset ${request.offset}`,
  )
  return { sql: text, params }
}

/** Runs a request the way a resource does. */
export async function runList(pool: Pool, table: PgTable, request: ListRequest): Promise<Page> {
  const { sql: text, params } = statementOf(request, table)
  const { rows } = await pool.query<(string | null)[]>({
    text,
    values: fillPlaceholders(params, request.values),
    rowMode: 'array',
    types: { getTypeParser: () => (value: string) => value },
  })
  const more = rows.length > request.limit
  const page = rows.slice(0, request.limit)
  if (request.backwards) page.reverse()
  const cursor = (row: (string | null)[] | undefined, direction: 'next' | 'previous', there: boolean) =>
    there && row !== undefined && request.cursorColumns.length > 0
      ? request.cursor(row.slice(request.fields.length), direction)
      : undefined
  return {
    rows: page.map((row) => decoded(request, row)),
    next: cursor(page.at(-1), 'next', request.backwards || more),
    previous: cursor(page[0], 'previous', request.backwards ? more : request.continued),
  }
}

function decoded(request: ListRequest, row: (string | null)[]): Record<string, unknown> {
  const entries = request.fields.map(({ key, column }, index) => {
    const text = row[index] as string | null
    return [key, text === null ? null : columnKind(column).decode(text)]
  })
  return Object.fromEntries(entries) as Record<string, unknown>
}

function list(parts: readonly SQL[]): SQL {
  return sql.join([...parts], sql`, `)
}
