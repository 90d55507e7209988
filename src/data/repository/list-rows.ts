import { sql } from 'drizzle-orm'
import type { IncludeSet } from '../include/includes.ts'
import { LoadedRows } from '../include/loaded-rows.ts'
import { includedBy, rowShape, type Included, type RowShape } from '../include/row-shape.ts'
import { countStatement, readCount } from '../query/count.ts'
import type { ListRequest } from '../query/list-request.ts'
import { place, type CompiledStatement, compileStatement } from '../statements/compile.ts'
import { StatementCache } from '../statements/statement-cache.ts'
import type { RowSet } from '../wire/row-set.ts'
import type { Definition } from './definition.ts'
import { deletion } from './read-rows.ts'
import { allOfThem, isSystem, scopePart, type RowSession } from './row-session.ts'

/** One page of rows, as the server sent them. */
export interface RowPage {
  readonly loaded: LoadedRows
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
  readonly shape: RowShape
}

/** The statements of one list, by the shapes of its requests. */
export class ListStatements {
  readonly #pages = new StatementCache<ListStatement>()
  readonly #counts = new StatementCache<CompiledStatement>()
  readonly #includes: IncludeSet | undefined

  constructor(includes?: IncludeSet) {
    this.#includes = includes
  }

  async page(session: RowSession, request: ListRequest, deleted = false): Promise<RowPage> {
    const included = this.#related(session, request.include)
    const filtered = this.#related(session, request.filteredRelations)
    const scope = scopePart(session.scope(deleted ? 'delete' : 'list'), 's')
    const values: Record<string, unknown> = {
      ...request.values,
      ':limit': request.limit + 1,
      ':offset': request.offset,
    }
    scope.put(values)
    for (const each of included) each.scope.put(values)
    for (const each of filtered) each.scope.put(values)
    const relations = [...included, ...filtered].map((each) => each.scope.shape).join()
    const { statement, shape } = this.#pages.get(
      `${request.shape} ${scope.shape} ${deleted} ${request.offset > 0} ${relations}`,
      () => {
        const parts = { request, included, deleted, scope: scope.where }
        return this.#asking(filtered, () => compileList(session.definition, parts))
      },
    )
    const counted =
      request.count === 'none' ? undefined : this.#count(session, request, { deleted, scope, values, filtered })
    // Awaited below; until then its failure must not count as unhandled.
    counted?.catch(() => undefined)
    const rows = await session.runStatement(statement, values)
    const turns = pageOf(rows, request, shape.besides)
    const loaded = await LoadedRows.load(session, rows, { shape, included, count: turns.to })
    return { loaded, ...turns, total: await counted }
  }

  async #count(session: RowSession, request: ListRequest, of: CountOf): Promise<number> {
    const { table } = session.definition.model
    const count = request.count === 'estimated' && seesAll(session, of) ? 'estimated' : 'exact'
    const relations = of.filtered.map((each) => each.scope.shape).join()
    const statement = this.#counts.get(
      `${count} ${request.conditionsShape} ${of.scope.shape} ${of.deleted} ${relations}`,
      () => {
        const alive = deletion(session.definition, of.deleted)
        const asked = this.#asking(of.filtered, () => request.conditions(table))
        return compileStatement(countStatement(count, table, allOfThem(asked, of.scope.where(table), alive)))
      },
    )
    const rows = await session.runStatement(statement, of.values)
    return readCount(count, rows.text(0, 0))
  }

  #related(session: RowSession, names: readonly string[]): readonly Included[] {
    if (names.length === 0) return []
    return includedBy(
      session,
      names.map((name) => this.#includes?.find(name) ?? noInclude(name)),
    )
  }

  #asking<T>(filtered: readonly Included[], build: () => T): T {
    return this.#includes === undefined || filtered.length === 0 ? build() : this.#includes.asking(filtered, build)
  }
}

/** What the planner estimates from is the values of all rows: an estimate would tell of those that are not the asker's, so these are counted. */
function seesAll(session: RowSession, { scope, filtered }: CountOf): boolean {
  if (isSystem(session.asker)) return true
  const models = [session.definition.model, ...filtered.map(({ plan }) => plan.model)]
  return (
    [scope, ...filtered.map((each) => each.scope)].every(({ all }) => all) &&
    models.every(({ life }) => life.deletedAt === undefined)
  )
}

function noInclude(name: string): never {
  throw new TypeError(`There is no relation "${name}" to include here.`)
}

interface CountOf {
  readonly deleted: boolean
  readonly scope: ReturnType<typeof scopePart>
  readonly values: Readonly<Record<string, unknown>>
  readonly filtered: readonly Included[]
}

interface ListParts {
  readonly request: ListRequest
  readonly included: readonly Included[]
  readonly deleted: boolean
  readonly scope: ReturnType<typeof scopePart>['where']
}

function compileList(definition: Definition, { request, included, deleted, scope }: ListParts): ListStatement {
  const { table } = definition.model
  const shape = rowShape(table, request.fields, { included, besides: request.cursorColumns })
  const where = allOfThem(scope(table), deletion(definition, deleted), request.where(table))
  const order = sql.join([...request.orderBy(table)], sql`, `)
  const offset = request.offset > 0 ? sql` offset ${place(':offset')}` : sql``
  const text = sql`select ${shape.list} from ${table}${shape.joins} where ${where} order by ${order} limit ${place(':limit')}${offset}`
  return { statement: compileStatement(text), shape }
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
