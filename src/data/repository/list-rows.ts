import { sql, type SQL } from 'drizzle-orm'
import { countStatement, readCount } from '../query/count.ts'
import type { CursorColumn, ListRequest } from '../query/list-request.ts'
import { place, type CompiledStatement, compileStatement } from '../statements/compile.ts'
import { StatementCache } from '../statements/statement-cache.ts'
import type { RowSet } from '../wire/row-set.ts'
import type { Definition } from './definition.ts'
import { deletion } from './read-rows.ts'
import { allOfThem, scopePart, type RowSession } from './row-session.ts'
import { selectionOf, type Selection } from './selection.ts'

/** One page of rows, as the server sent them. */
export interface RowPage {
  readonly rows: RowSet
  readonly selection: Selection
  /** Which of the rows are the page's: one more is read, to know whether there are others. */
  readonly to: number
  /** Whether the page goes from the last row to the first. */
  readonly reverse: boolean
  readonly next: string | null
  readonly previous: string | null
  readonly total: number | undefined
}

interface ListStatement {
  readonly statement: CompiledStatement
  readonly selection: Selection
  /** Where each part of a cursor is in the select list. */
  readonly cursorIndexes: readonly number[]
}

/** The statements of one list, by the shapes of its requests. */
export class ListStatements {
  readonly #pages = new StatementCache<ListStatement>()
  readonly #counts = new StatementCache<CompiledStatement>()
  readonly #columnsOf: (request: ListRequest) => Selection['columns']

  constructor(columnsOf: (request: ListRequest) => Selection['columns'] = ({ fields }) => fields) {
    this.#columnsOf = columnsOf
  }

  async page(session: RowSession, request: ListRequest, deleted = false): Promise<RowPage> {
    const scope = scopePart(session.scope('read'), 's')
    const values: Record<string, unknown> = {
      ...request.values,
      ':limit': request.limit + 1,
      ':offset': request.offset,
    }
    scope.put(values)
    const shape = `${request.shape} ${scope.shape} ${deleted} ${request.offset > 0}`
    const { statement, selection, cursorIndexes } = this.#pages.get(shape, () =>
      compileList(session.definition, { request, columns: this.#columnsOf(request), deleted, scope: scope.where }),
    )
    const counted = request.count === 'none' ? undefined : this.#count(session, request, { deleted, scope, values })
    // Awaited below; until then its failure must not count as unhandled.
    counted?.catch(() => undefined)
    const rows = await session.runStatement(statement, values)
    return { rows, selection, ...pageOf(rows, request, cursorIndexes), total: await counted }
  }

  async #count(session: RowSession, request: ListRequest, of: CountOf): Promise<number> {
    const { count } = request
    if (count === 'none') return 0
    const { table } = session.definition.model
    const statement = this.#counts.get(`${count} ${request.conditionsShape} ${of.scope.shape} ${of.deleted}`, () => {
      const where = allOfThem(
        request.conditions(table),
        of.scope.where(table),
        deletion(session.definition, of.deleted),
      )
      return compileStatement(countStatement(count, table, where))
    })
    const rows = await session.runStatement(statement, of.values)
    return readCount(count, rows.text(0, 0))
  }
}

interface CountOf {
  readonly deleted: boolean
  readonly scope: ReturnType<typeof scopePart>
  readonly values: Readonly<Record<string, unknown>>
}

interface ListParts {
  readonly request: ListRequest
  readonly columns: Selection['columns']
  readonly deleted: boolean
  readonly scope: ReturnType<typeof scopePart>['where']
}

function compileList(definition: Definition, { request, columns, deleted, scope }: ListParts): ListStatement {
  const { table } = definition.model
  const selection = selectionOf(columns)
  const { list, cursorIndexes } = withCursors(selection.list(table), columns, request.cursorColumns, table)
  const where = allOfThem(scope(table), deletion(definition, deleted), request.where(table))
  const order = sql.join([...request.orderBy(table)], sql`, `)
  const offset = request.offset > 0 ? sql` offset ${place(':offset')}` : sql``
  const text = sql`select ${list} from ${table} where ${where} order by ${order} limit ${place(':limit')}${offset}`
  return { statement: compileStatement(text), selection, cursorIndexes }
}

/** What a cursor is made of is read besides, unless it is among the columns already. */
function withCursors(
  list: SQL,
  columns: Selection['columns'],
  cursors: readonly CursorColumn[],
  table: Definition['model']['table'],
): { readonly list: SQL; readonly cursorIndexes: readonly number[] } {
  const parts = [list]
  let next = columns.length
  const cursorIndexes = cursors.map(({ key, expression }) => {
    const index = columns.findIndex((column) => column.key === key)
    if (index >= 0) return index
    parts.push(sql`${expression(table)}`)
    return next++
  })
  return { list: sql.join(parts, sql`, `), cursorIndexes }
}

type Turns = Pick<RowPage, 'to' | 'reverse' | 'next' | 'previous'>

function pageOf(rows: RowSet, request: ListRequest, cursorIndexes: readonly number[]): Turns {
  const to = Math.min(rows.length, request.limit)
  const reverse = request.backwards
  const more = rows.length > request.limit
  if (to === 0 || cursorIndexes.length === 0) return { to, reverse, next: null, previous: null }
  const cursor = (row: number, direction: 'next' | 'previous'): string =>
    request.cursor(
      cursorIndexes.map((index) => rows.text(row, index)),
      direction,
    )
  const [first, last] = reverse ? [to - 1, 0] : [0, to - 1]
  const hasNext = reverse ? true : more
  const hasPrevious = reverse ? more : request.continued
  return {
    to,
    reverse,
    next: hasNext ? cursor(last, 'next') : null,
    previous: hasPrevious ? cursor(first, 'previous') : null,
  }
}
