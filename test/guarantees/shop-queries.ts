import type { Row, Rows, TableName } from './shop-rows.ts'

const FIXED: Readonly<Record<string, readonly string[]>> = {
  // The largest page.
  limit: ['100'],
  offset: ['0'],
  cursor: [],
  deleted: ['true'],
  search: ['canary', 'number', '"canary acme" or "canary ada"'],
}

export interface Asked {
  readonly operation: string
  readonly table: TableName
  /** Whose values are asked for. */
  readonly other: Rows
}

/** Values for a parameter of a list: another's where they fit, and whatever the parameter allows. */
export function queryValues({ operation, table, other }: Asked, name: string): readonly string[] {
  const fixed = FIXED[name]
  if (fixed !== undefined) return fixed
  if (name === 'count') return operation === 'lines.list' ? ['exact'] : ['exact', 'estimated']
  if (name === 'sort' || name === 'include' || name === 'fields')
    return operation.endsWith('.history') ? [] : (CHOICES[table]?.[name] ?? [])
  const [, path = '', operator = 'eq'] = /^([\w.]+)(?:\[(\w+)\])?$/.exec(name) ?? []
  return filterValues({ table, other }, path, operator)
}

/** The names that these parameters take are tried by GZ3; here those that are allowed. */
const CHOICES: Readonly<Partial<Record<TableName, Readonly<Record<string, readonly string[]>>>>> = {
  stores: { sort: ['name', '-name'] },
  products: { sort: ['name,-price'], include: ['store', 'lines', 'store,lines'] },
  orders: {
    sort: ['memo', '-total', 'createdAt,memo'],
    include: ['store', 'lines', 'products', 'shipments', 'store,lines,products,shipments'],
    fields: ['id,memo', 'total'],
  },
  lines: { sort: ['-quantity'], include: ['product'] },
  shipments: { sort: ['-address'], include: ['order'] },
  notes: { sort: ['title'], include: ['threads'] },
  threads: { include: ['replies'] },
  labels: { sort: ['-colour'] },
  seats: { sort: ['guest', '-guest.nullsLast'] },
}

const OF_THE_TRAIL: Row = { action: 'update', actor: 'user-ada', at: '2020-01-01T00:00:00Z', requestId: 'x' }

/** Of which table the relations' filters ask. */
const RELATED: Readonly<Record<string, TableName>> = {
  store: 'stores',
  order: 'orders',
}

function filterValues(
  { table, other }: Pick<Asked, 'table' | 'other'>,
  path: string,
  operator: string,
): readonly string[] {
  const [relation, key] = path.includes('.') ? (path.split('.') as [string, string]) : [undefined, path]
  const row = other[relation === undefined ? table : (RELATED[relation] ?? (relation as TableName))]
  const value = row[key] ?? OF_THE_TRAIL[key]
  if (operator === 'isNull') return ['true', 'false']
  if (operator === 'contains') return ['canary']
  if (operator === 'startsWith') return ['canary-a', 'user-']
  if (operator === 'containsJson') return ['{}', JSON.stringify(value)]
  if (value === undefined) throw new Error(`No value for the filter ${path}; teach shop-queries.ts what it is about.`)
  return [textOf(Array.isArray(value) ? value[0] : value)]
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
