import { eq, getTableName, sql } from 'drizzle-orm'
import { z } from 'zod'
import { columnSchema } from '../columns/column-schema.ts'
import type { Model, ModelColumn } from '../model/model.ts'
import { place } from '../statements/compile.ts'
import { aliveIn, allOfThem, isSystem, scopePart, type RowSession } from '../repository/row-session.ts'
import { columnEquals, everyOf, sized, type Condition, type Scope } from '../rows/condition.ts'
import { columnOf, relatedExists } from '../rows/row-scope.ts'
import { notFound } from './declared.ts'
import type { Declared } from './declared.ts'
import type { ParentOptions } from './options.ts'

/** The resource below which another one is, worked out. */
export interface Parent {
  /** The child's column that holds the parent's key; its name is the path parameter's. */
  readonly column: ModelColumn
  readonly schema: z.ZodType
  /** The parent's path, with the parameter. */
  readonly path: string
  /** The rows of all parents that the asker may read. */
  above(session: RowSession): Scope
  /** The rows of one parent, where the asker may read that. */
  within(session: RowSession, params: Readonly<Record<string, unknown>>): Scope
  /** @throws NotFound where the asker may not read that parent, or there is none. */
  check(session: RowSession, params: Readonly<Record<string, unknown>>): Promise<void>
}

/** @throws TypeError where the column or the parent is not there. */
export function parentOf(
  model: Model,
  { of, column: key }: ParentOptions,
  declaredOf: (of: object) => Declared | undefined,
): Parent {
  const parent = declaredOf(of)
  const column = model.byKey.get(key)
  if (parent === undefined) throw new TypeError(`parent.of of the resource of "${model.name}" is no resource.`)
  if (column === undefined)
    throw new TypeError(
      `parent.column names "${key}", which the table "${model.name}" does not have. It has ${[...model.byKey.keys()].join(', ')}.`,
    )
  const { model: above } = parent.definition
  const [primary, ...others] = above.primaryKey
  if (primary === undefined || others.length > 0)
    throw new TypeError(`"${above.name}" has a composite key: a resource below it needs a path of its own.`)
  const relation = {
    name: 'parent',
    kind: 'one',
    table: above.table,
    owned: true,
    optional: false,
    columns: [{ from: column.column, to: primary.column }],
  } as const
  // What is below a resource is below what that is below.
  const readableBy = (session: RowSession): Scope =>
    everyOf([
      session.relatedScope(parent.access.read, above.table),
      isSystem(session.asker) ? true : (parent.definition.above?.(session) ?? true),
    ])
  const below = (session: RowSession): Scope => {
    const readable = readableBy(session)
    if (readable === false) return false
    // A foreign key says that it is there.
    if (readable === true && above.life.deletedAt === undefined) return true
    return {
      shape: `parent ${sized(getTableName(above.table))}{${readable === true ? '' : readable.shape}}`,
      values: readable === true ? [] : readable.values,
      sql: (table, slots) =>
        relatedExists(relation, table, (target) =>
          allOfThem(aliveIn(above, target), readable === true ? undefined : readable.sql(target, slots)),
        ),
    }
  }
  return {
    column,
    schema: columnSchema(column.column) ?? z.string(),
    path: `${parent.path}/:${key}`,
    above: below,
    within: (session, params) => everyOf([equals(column, params[key]), below(session)]),
    check: async (session, params) => {
      const readable = scopePart(readableBy(session), 'parent')
      const values: Record<string, unknown> = { ':parent': params[key] }
      readable.put(values)
      const found = await session.run(
        `parent ${above.name} ${readable.shape}`,
        () => {
          const { table } = above
          const where = allOfThem(
            eq(primary.column, place(':parent', primary.column)),
            aliveIn(above, table),
            readable.where(table),
          )
          return sql`select from ${table} where ${where}`
        },
        values,
      )
      if (found.length === 0) throw notFound(parent)
    },
  }
}

function equals({ key, column }: ModelColumn, value: unknown): Condition {
  return columnEquals(key, column.mapToDriverValue(value), (table) => columnOf(table, key))
}
