import type { AccessRule } from '../../core/access/index.ts'
import { eq, getTableName, sql } from 'drizzle-orm'
import { z } from 'zod'
import { columnSchema } from '../columns/column-schema.ts'
import type { Model, ModelColumn } from '../model/model.ts'
import { place } from '../statements/compile.ts'
import { checkWithoutCode } from '../repository/check-rules.ts'
import { aliveIn, allOfThem, isSystem, scopePart, type RowSession } from '../repository/row-session.ts'
import { columnEquals, everyOf, sized, type Condition, type Scope } from '../rows/condition.ts'
import type { Relation } from '../rows/relation.ts'
import { columnOf, relatedExists } from '../rows/row-scope.ts'
import { notFound } from './not-found.ts'
import type { Declared } from './declared.ts'
import type { ParentOptions } from './options.ts'

/** The resource below which another one is, worked out. */
export interface Parent {
  /** The child's column that holds the parent's key; its name is the path parameter's. */
  readonly column: ModelColumn
  readonly schema: z.ZodType
  /** What it takes to read the parent, and those above it. */
  readonly rules: readonly AccessRule[]
  /** The parent's path, without what is above that, with the parameter. */
  readonly path: string
  /** The rows of all parents that the asker may read. */
  above(session: RowSession): Scope
  /** The rows of one parent, where the asker may read that. */
  within(session: RowSession, params: Readonly<Record<string, unknown>>): Scope
  /** @throws NotFound where the asker may not read that parent, or there is none. */
  check(session: RowSession, params: Readonly<Record<string, unknown>>): Promise<void>
}

/** @throws TypeError where the column or the parent is not there, or nobody can read it. */
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
  if (parent.access.read === undefined)
    throw new TypeError(
      `parent.of of the resource of "${model.name}" is a resource that nobody may read, so that there is nothing below it. ` +
        'Give that one access: { read: ... }.',
    )
  checkWithoutCode(parent.access.read, `parent of the resource of "${model.name}"`)
  const { name, primaryKey } = parent.definition.model
  const [primary, ...others] = primaryKey
  if (primary === undefined || others.length > 0)
    throw new TypeError(`"${name}" has a composite key: a resource below it needs a path of its own.`)
  return new RowsAbove(parent, column, primary)
}

/** @throws TypeError for a path with a parameter that nothing reads: whatever stood there, the rows would be the same. */
export function checkPath(what: string, path: string, parent: Parent | undefined): void {
  const strange = path.split('/').find((part) => part.startsWith(':') && part.slice(1) !== parent?.column.key)
  if (strange === undefined) return
  throw new TypeError(
    `${what}: its path ${path} has the parameter "${strange}", which says nothing about its rows. ` +
      `For the rows below another resource's write parent: { of: ..., column: '${strange.slice(1)}' }.`,
  )
}

class RowsAbove implements Parent {
  readonly column: ModelColumn
  readonly schema: z.ZodType
  readonly path: string
  readonly rules: readonly AccessRule[]
  readonly #parent: Declared
  readonly #primary: ModelColumn
  readonly #relation: Relation

  constructor(parent: Declared, column: ModelColumn, primary: ModelColumn) {
    this.column = column
    this.schema = columnSchema(column.column) ?? z.string()
    // A row has one parent: those above that one add nothing to its address.
    this.path = `${parent.path.replace(/^.*:[^/]+/, '')}/:${column.key}`
    this.rules = [parent.access.read, ...(parent.parent?.rules ?? [])].filter((rule) => rule !== undefined)
    this.#parent = parent
    this.#primary = primary
    this.#relation = {
      name: 'parent',
      kind: 'one',
      table: parent.definition.model.table,
      owned: true,
      optional: false,
      columns: [{ from: column.column, to: primary.column }],
    }
  }

  above(session: RowSession): Scope {
    const { model } = this.#parent.definition
    const readable = this.#readableBy(session)
    if (readable === false) return false
    // A foreign key says that it is there.
    if (readable === true && model.life.deletedAt === undefined) return true
    return {
      shape: `parent ${sized(getTableName(model.table))}{${readable === true ? '' : readable.shape}}`,
      values: readable === true ? [] : readable.values,
      sql: (table, slots) =>
        relatedExists(this.#relation, table, (target) =>
          allOfThem(aliveIn(model, target), readable === true ? undefined : readable.sql(target, slots)),
        ),
    }
  }

  within(session: RowSession, params: Readonly<Record<string, unknown>>): Scope {
    return everyOf([equals(this.column, params[this.column.key]), this.above(session)])
  }

  async check(session: RowSession, params: Readonly<Record<string, unknown>>): Promise<void> {
    const { model } = this.#parent.definition
    const readable = scopePart(this.#readableBy(session), 'parent')
    const values: Record<string, unknown> = { ':parent': params[this.column.key] }
    readable.put(values)
    const found = await session.run(
      `parent ${sized(model.name)} ${readable.shape}`,
      () => {
        const { table } = model
        const { column } = this.#primary
        const where = allOfThem(eq(column, place(':parent', column)), aliveIn(model, table), readable.where(table))
        return sql`select from ${table} where ${where}`
      },
      values,
    )
    if (found.length === 0) throw notFound(this.#parent)
  }

  /** What is below a resource is below what that is below. */
  #readableBy(session: RowSession): Scope {
    const { access, definition } = this.#parent
    return everyOf([
      session.relatedScope(access.read, definition.model.table),
      isSystem(session.asker) ? true : (definition.above?.(session) ?? true),
    ])
  }
}

function equals({ key, column }: ModelColumn, value: unknown): Condition {
  return columnEquals(key, column.mapToDriverValue(value), (table) => columnOf(table, key))
}
