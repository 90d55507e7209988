import { getTableName } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { AccessRule } from '../../core/access/index.ts'
import { throughRelation, type ThroughRelation } from '../columns/relations.ts'
import { checkWithoutCode } from '../repository/check-rules.ts'
import { modelOf, type Model, type ModelColumn } from '../model/model.ts'
import type { DrizzleSchema } from '../drizzle.ts'
import type { Definition } from '../repository/definition.ts'
import type { FieldAccess } from '../repository/field-access.ts'
import { selectionOf, type Selection } from '../repository/selection.ts'
import type { Relation, RelationsOf } from '../rows/relation.ts'
import { INCLUDE_LIMIT, INCLUDE_MAX, type IncludeOptions } from './include-options.ts'

/** One relation that can be included, worked out. */
export interface IncludePlan {
  readonly name: string
  readonly relation: Relation | ThroughRelation
  /** Of the related table. */
  readonly model: Model
  /** Who may read which of the related rows. */
  readonly access: AccessRule
  /** Of a resource below another: the rows below what the asker may read of that. */
  readonly above: Definition['above']
  readonly fields: readonly ModelColumn[]
  /** Who may read which of them, where the related resource says so. */
  readonly columnAccess: FieldAccess | undefined
  /** Of a relation to many: what is read of its rows, behind the place of the row they belong to. */
  readonly selection: Selection
  readonly limit: number
  readonly sort: readonly { readonly column: ModelColumn; readonly descending: boolean }[]
}

/** What an included resource tells of itself. */
export interface RelatedRows {
  readonly model: Model
  readonly access: {
    /** Of one row that another names. */
    readonly one: AccessRule | undefined
    /** Of all that belong to another, which is a list of them. */
    readonly many: AccessRule | undefined
  }
  readonly above: Definition['above']
  readonly columnAccess: FieldAccess | undefined
}

export interface IncludeContext {
  readonly table: PgTable
  readonly schema: DrizzleSchema | undefined
  readonly relationsOf: RelationsOf
  /** The column by which rows of a table are deleted softly. */
  readonly deletion: (table: PgTable) => string | undefined
  /** Of a resource. */
  readonly relatedRows: (resource: object) => RelatedRows | undefined
}

/** @throws TypeError where the options name what is not there, or nothing says who may read the rows. */
export function includePlan(name: string, options: IncludeOptions, context: IncludeContext): IncludePlan {
  const relation = relationOf(name, options, context)
  const of = 'of' in options ? relatedOf(name, options.of, relation, context) : undefined
  const model = of?.model ?? modelOf(relation.table, { softDelete: context.deletion(relation.table) ?? false })
  const access = of === undefined ? (options as { readonly access?: AccessRule }).access : of.access[relation.kind]
  if (access === undefined)
    throw new TypeError(
      `include.${name}: nothing says who may read its rows; name their resource, of: ..., or write access and fields.`,
    )
  checkWithoutCode(access, `include.${name}`)
  const find = (key: string): ModelColumn => {
    const column = model.visible.find((each) => each.key === key)
    if (column !== undefined) return column
    throw new TypeError(
      `include.${name} names the column "${key}", which "${model.name}" does not have, or keeps private. It has ${model.visible.map((each) => each.key).join(', ')}.`,
    )
  }
  const fields = options.fields?.map(find) ?? model.visible
  return {
    name,
    relation,
    model,
    access,
    above: of?.above,
    columnAccess: of?.columnAccess,
    fields,
    selection: selectionOf(fields, { offset: 1 }),
    limit: limitOf(name, options),
    sort: (options.sort ?? model.primaryKey.map(({ key }) => key)).map((key) =>
      key.startsWith('-')
        ? { column: find(key.slice(1)), descending: true }
        : { column: sortable(model, key, find), descending: false },
    ),
  }
}

/** The primary key may be private and still give the order. */
function sortable(model: Model, key: string, find: (key: string) => ModelColumn): ModelColumn {
  return model.primaryKey.find((each) => each.key === key) ?? find(key)
}

function relationOf(
  name: string,
  { through }: IncludeOptions,
  { table, schema, relationsOf }: IncludeContext,
): Relation {
  if (through !== undefined) return throughRelation(schema ?? {}, table, { through: through[0], to: through[1] })
  const relation = relationsOf(table)[name]
  if (relation !== undefined) return relation
  const known = Object.keys(relationsOf(table))
  throw new TypeError(
    `include.${name} is no relation of "${getTableName(table)}"; ` +
      (known.length === 0
        ? 'it has none: declare relations(...) and give them to database({ schema }).'
        : `it has ${known.join(', ')}. For one through a table between write through: ['relation', 'onward'].`),
  )
}

function relatedOf(name: string, of: unknown, relation: Relation, { relatedRows }: IncludeContext): RelatedRows {
  const resource: unknown = typeof of === 'function' ? (of as () => unknown)() : of
  const rows = typeof resource === 'object' && resource !== null ? relatedRows(resource) : undefined
  if (rows === undefined)
    throw new TypeError(
      `include.${name}.of is no resource; where two resources include each other write of: () => other.`,
    )
  if (rows.model.table !== relation.table && getTableName(rows.model.table) !== getTableName(relation.table)) {
    throw new TypeError(
      `include.${name}.of is the resource of "${rows.model.name}", and the relation leads to "${getTableName(relation.table)}".`,
    )
  }
  return rows
}

function limitOf(name: string, { limit = INCLUDE_LIMIT }: IncludeOptions): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= INCLUDE_MAX) return limit
  throw new RangeError(`include.${name}.limit is ${limit}; it is a whole number from 1 to ${INCLUDE_MAX}.`)
}
