import { and, sql, type SQL } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import type { AccessRule } from '../../core/access/index.ts'
import { columnSchema } from '../columns/column-schema.ts'
import { rowField } from '../columns/row-field.ts'
import type { FilterRelation } from '../query/filters.ts'
import { askingRule } from '../repository/asking-rule.ts'
import { aliveIn, type Asker } from '../repository/row-session.ts'
import { relatedExists } from '../rows/row-scope.ts'
import type { Included } from './row-shape.ts'
import type { ModelColumn } from '../model/model.ts'
import type { IncludeOptions } from './include-options.ts'
import { includePlan, type IncludeContext, type IncludePlan } from './include-plan.ts'

const NOTHING: readonly string[] = []
const NO_SCOPES: ReadonlyMap<string, never> = new Map<string, never>()

/** The relations of one resource that can be included. Worked out when they are first asked for: resources may include each other. */
export class IncludeSet {
  readonly names: readonly string[]
  readonly find: (name: string) => IncludePlan
  #scopes: ReadonlyMap<string, { readonly where: (table: PgTable) => SQL }> = NO_SCOPES
  /** Those of which some columns are not for everybody. */
  #guarded: readonly IncludePlan[] | undefined
  readonly #options: Readonly<Record<string, IncludeOptions>>

  constructor(options: Readonly<Record<string, IncludeOptions>>, context: IncludeContext) {
    this.#options = options
    this.names = Object.keys(options)
    const plans = new Map<string, IncludePlan>()
    this.find = (name) => {
      const known = plans.get(name) ?? includePlan(name, this.#options[name]!, context)
      plans.set(name, known)
      return known
    }
  }

  /** The rule of an operation that may include: whoever calls is asked for, since the relations' rules, and `besides`, may be about them. */
  accessWith(
    rule: AccessRule,
    { related: includes, besides }: { readonly related: boolean; readonly besides: readonly AccessRule[] },
  ): AccessRule {
    const related = includes ? this.names.flatMap((name) => rulesOf(this.find(name))) : []
    return askingRule(rule, [...related, ...besides])
  }

  /** The columns of relations that the asker may not read, as filters name them: `author.salary`. */
  hiddenFrom(asker: Pick<Asker, 'scopeOf'>): readonly string[] {
    this.#guarded ??= this.names.map(this.find).filter(({ columnAccess }) => columnAccess !== undefined)
    if (this.#guarded.length === 0) return NOTHING
    return this.#guarded.flatMap(({ name, columnAccess }) =>
      [...(columnAccess?.hiddenFrom(asker) ?? [])].map((key) => `${name}.${key}`),
    )
  }

  /** Who may read a column of a relation, in words. */
  words(name: string, key: string): string | undefined {
    return this.names.includes(name) ? this.find(name).columnAccess?.words(key, 'read') : undefined
  }

  /** How filters see a relation. Who asks is known only when a statement is built: see `asking`. */
  filterRelation(name: string): FilterRelation | undefined {
    if (!this.names.includes(name)) return undefined
    const { relation, model } = this.find(name)
    return {
      model,
      exists: (table, condition) =>
        relatedExists(relation, table, (target) =>
          and(condition(target), aliveIn(model, target), this.#scopes.get(name)?.where(target) ?? sql`false`),
        ),
    }
  }

  /** Builds a statement whose filters see, of each relation, the rows in its scope. Not asynchronous: scopes are those of one caller. */
  asking<T>(included: readonly Included[], build: () => T): T {
    this.#scopes = new Map(
      included.map(({ plan, scope }) => [plan.name, { where: (table) => scope.where(table) ?? sql`true` }]),
    )
    try {
      return build()
    } finally {
      this.#scopes = NO_SCOPES
    }
  }

  /** The fields that includes add to a row: absent where they are not asked for. */
  shape(): Record<string, z.ZodType> {
    return Object.fromEntries(
      this.names.map((name) => [
        name,
        z
          .lazy(() => schemaOf(this.find(name)))
          .optional()
          .describe(`There where \`include\` names it.`),
      ]),
    )
  }
}

function rulesOf({ access, columnAccess }: IncludePlan): readonly AccessRule[] {
  return [access, ...(columnAccess?.rules ?? [])]
}

function schemaOf({ relation, fields, columnAccess }: IncludePlan): z.ZodType {
  const row = z.object(
    Object.fromEntries(
      fields.map((field) => {
        const words = columnAccess?.words(field.key, 'read')
        const schema = fieldSchema(field)
        return [field.key, words === undefined ? schema : schema.optional().describe(`Only for ${words}.`)]
      }),
    ),
  )
  return relation.kind === 'many' ? z.array(row) : row.nullable()
}

function fieldSchema({ column }: ModelColumn): z.ZodType {
  const field = columnSchema(column) === undefined ? z.unknown() : rowField(column, undefined)
  return column.notNull ? field : field.nullable()
}
