import { getTableColumns, type SQL } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Model, ModelColumn } from '../model/model.ts'
import { conditionOf, operatorsOf, type Bound, type Operator } from './operators.ts'

/** One condition a list can be asked for: an operator on a column, of the table or of a related one. */
export interface FilterTerm {
  /** The parameter on the wire, `dueAt[gte]`; also the name under which its value is bound. */
  readonly parameter: string
  /** The column as filters name it: `dueAt`, `categories.id`. */
  readonly name: string
  readonly operator: Operator
  readonly column: PgColumn
  /** Its place among all terms, which stands for it in shapes. */
  readonly index: number
  condition(table: PgTable, options?: ConditionOptions): SQL
}

export type ConditionOptions = Pick<Bound, 'negated'>

/** A condition with its value, as one request asks for it. */
export interface AskedFilter {
  readonly term: FilterTerm
  readonly value: unknown
}

/** How a list sees the rows that belong to one of its own. Given by whoever knows the relations and their rows' rules. */
export interface FilterRelation {
  readonly model: Model
  /** A condition on `table`: there is a related row, within the caller's scope, for which `condition` holds. */
  exists(table: PgTable, condition: (related: PgTable) => SQL): SQL
}

/** Parameters of every list, which no column's filter can have for a name. */
export const RESERVED: ReadonlySet<string> = new Set([
  'limit',
  'offset',
  'cursor',
  'sort',
  'search',
  'fields',
  'include',
  'count',
])

export function parameterOf(name: string, operator: Operator): string {
  return operator === 'eq' && !RESERVED.has(name) ? name : `${name}[${operator}]`
}

/** All terms of a table's visible columns; those of relations where they are declared. */
export class FilterTerms {
  readonly all: FilterTerm[] = []
  readonly #byParameter = new Map<string, FilterTerm>()

  constructor(model: Model) {
    for (const { key, column } of model.visible) {
      for (const operator of operatorsOf(column)) {
        this.#add(key, operator, column, (table, bound) => conditionOf(operator, columnIn(table, key), bound))
      }
    }
  }

  addRelation(name: string, relation: FilterRelation): void {
    const key = name.slice(name.indexOf('.') + 1)
    const column = relation.model.visible.find((each) => each.key === key)?.column
    if (column === undefined) return
    for (const operator of operatorsOf(column)) {
      this.#add(name, operator, column, (table, bound) =>
        relation.exists(table, (related) => conditionOf(operator, columnIn(related, key), bound)),
      )
    }
  }

  find(name: string, operator: string): FilterTerm | undefined {
    return this.#byParameter.get(parameterOf(name, operator as Operator))
  }

  of(name: string): readonly FilterTerm[] {
    return this.all.filter((term) => term.name === name)
  }

  #add(name: string, operator: Operator, column: PgColumn, render: (table: PgTable, bound: Bound) => SQL): void {
    const parameter = parameterOf(name, operator)
    const term = {
      parameter,
      name,
      operator,
      column,
      index: this.all.length,
      condition: (table: PgTable, options?: ConditionOptions) => render(table, { name: parameter, ...options }),
    }
    this.all.push(term)
    this.#byParameter.set(parameter, term)
  }
}

export function filterCondition(filter: AskedFilter, table: PgTable): SQL {
  return filter.term.condition(table, { negated: isNegated(filter) })
}

export function filterShape(filter: AskedFilter): string {
  return isNegated(filter) ? `!${filter.term.index}` : String(filter.term.index)
}

/** `isNull=false` is another question, with SQL of its own. */
function isNegated({ term, value }: AskedFilter): boolean {
  return term.operator === 'isNull' && value === false
}

/** A column of the table, or of its alias. */
export function columnIn(table: PgTable, key: ModelColumn['key']): PgColumn {
  return getTableColumns(table)[key] as PgColumn
}
