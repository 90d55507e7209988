import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { NotFound } from '../../core/errors/index.ts'
import { JsonBytes } from '../../core/json-bytes.ts'
import type { Operation } from '../../core/operation.ts'
import { LoadedRows } from '../include/loaded-rows.ts'
import { includedBy, rowShape, type Besides, type RowShape } from '../include/row-shape.ts'
import { QueryInvalid } from '../query/errors.ts'
import type { AnyListOptions } from '../query/list-options.ts'
import { listQuery, type ListQuery } from '../query/list-query.ts'
import type { Definition } from '../repository/definition.ts'
import { deletion, keyCondition, keyValues, readRow } from '../repository/read-rows.ts'
import { allOfThem, scopePart } from '../repository/row-session.ts'
import { sized } from '../rows/condition.ts'
import { columnOf } from '../rows/row-scope.ts'
import { compileStatement, type CompiledStatement } from '../statements/compile.ts'
import { StatementCache } from '../statements/statement-cache.ts'
import { JsonSink } from '../wire/json-sink.ts'
import type { RowSet } from '../wire/row-set.ts'
import { rowAnswer } from './answer.ts'
import type { Declared } from './declared.ts'
import { notFound } from './not-found.ts'
import { resourceOperation, sessionOf, type ResourceContext } from './operations.ts'
import { entityTag } from './precondition.ts'
import { onlyForOf, optionsOf, perView } from './view.ts'

export function readOperation(declared: Declared, options: AnyListOptions): Operation {
  const { name, params, rowPath, schemas } = declared
  const { query, onInvalid } = chosenFields(declared, options)
  const chosen = perView((view) => new ChosenRows(view, chosenFields(view, optionsOf(view, options)).check))
  return resourceOperation(
    declared,
    {
      method: 'GET',
      path: rowPath,
      action: 'read',
      includes: true,
      summary: `Read one ${name}`,
      inputs: query === undefined ? { params } : { params, query },
      response: schemas.row,
      errors: query === undefined ? [NotFound] : [NotFound, QueryInvalid],
      ...(onInvalid !== undefined && { onInvalid }),
    },
    async (context, view) => {
      const { fields, include } = (context.query ?? {}) as Chosen
      if (fields !== undefined || include !== undefined) return chosen(view).read(context, { fields, include })
      const rows = await readRow(sessionOf(view, context), context.params, view.definition.visible)
      return rowAnswer(view, rows, context.response)
    },
  )
}

interface Chosen {
  readonly fields?: readonly string[] | undefined
  readonly include?: readonly string[] | undefined
}

/** What of a list's parameters is about each row. */
function chosenFields(
  declared: Declared,
  options: AnyListOptions,
): {
  readonly query: z.ZodObject | undefined
  readonly onInvalid: Operation['onInvalid']
  readonly check: ListQuery['check']
} {
  const { select, include } = options
  const list = listQuery(
    declared.definition.model,
    { ...(select !== undefined && { select }), ...(include !== undefined && { include }) },
    { name: declared.name, onlyFor: onlyForOf(declared) },
  )
  const { schema, onInvalid } = list
  const check: ListQuery['check'] = (query) => list.check(query)
  const { fields, include: relations } = (schema as z.ZodObject).shape as Record<string, z.ZodType | undefined>
  const shape = { ...(fields !== undefined && { fields }), ...(relations !== undefined && { include: relations }) }
  return Object.keys(shape).length === 0
    ? { query: undefined, onInvalid: undefined, check }
    : { query: z.strictObject(shape), onInvalid, check }
}

interface RowStatement {
  readonly statement: CompiledStatement
  readonly shape: RowShape
}

/** Rows with chosen fields and relations. */
class ChosenRows {
  readonly #declared: Declared
  readonly #statements = new StatementCache<RowStatement>()

  readonly #check: ListQuery['check']

  constructor(declared: Declared, check: ListQuery['check']) {
    this.#declared = declared
    this.#check = check
  }

  async read(context: ResourceContext, { fields, include = [] }: Chosen): Promise<unknown> {
    const { definition, includes } = this.#declared
    this.#check({ fields })
    const session = sessionOf(this.#declared, context)
    const included = includedBy(session, [...new Set(include)].map(includes.find))
    const scope = scopePart(session.scope('read'), 's')
    const values = keyValues(definition, context.params)
    scope.put(values)
    for (const each of included) each.scope.put(values)
    const columns = definition.model.visible.filter(({ key }) => fields?.includes(key) ?? true)
    const relations = included.map(({ plan, scope: { shape } }) => `${sized(plan.name)}${shape}`).join()
    const { statement, shape } = this.#statements.get(
      `${columns.map(({ key }) => sized(key)).join('')} ${scope.shape} ${relations}`,
      () => {
        const { table } = definition.model
        const made = rowShape(table, columns, { included, besides: versionOf(definition) })
        const where = allOfThem(keyCondition(definition), deletion(definition, false), scope.where(table))
        return {
          statement: compileStatement(sql`select ${made.list} from ${table}${made.joins} where ${where}`),
          shape: made,
        }
      },
    )
    const rows = await session.runStatement(statement, values)
    if (rows.length === 0) throw notFound(this.#declared)
    const loaded = await LoadedRows.load(session, rows, { shape, included, count: 1 })
    const tag = (body?: Uint8Array): void => this.#tag(context, rows, { shape, body })
    if (!loaded.isWritable) {
      if (include.length === 0) tag()
      return loaded.object(0)
    }
    const sink = new JsonSink(rows.size * 2)
    loaded.writeJson(sink, { to: 1 })
    const body = sink.toBuffer()
    tag(include.length === 0 ? undefined : body)
    return new JsonBytes(body)
  }

  /** Relations change without the row's version: with them the tag is of the body too. */
  #tag(
    { response }: ResourceContext,
    rows: RowSet,
    { shape, body }: { shape: RowShape; body: Uint8Array | undefined },
  ): void {
    const [at] = shape.besides
    if (at !== undefined) response.header('etag', entityTag(rows.text(0, at), this.#declared.hidden, body))
  }
}

/** The version is read besides, also where it is not among the fields. */
function versionOf({ version }: Definition): readonly Besides[] {
  if (version === undefined) return []
  const { key } = version.column
  return [{ key, expression: (table) => columnOf(table, key) }]
}
