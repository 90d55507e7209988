import type { App } from 'ashlar'
import { queryValues, textOf } from './shop-queries.ts'
import { isKey, keyOf, primaryKeyOf, TABLE_NAMES, type Row, type Rows, type TableName } from './shop-rows.ts'

export type Described = App['operations'][number]

/** A request for one operation. */
export interface Call {
  readonly operation: string
  /** In words: which of its values are another's. */
  readonly what: string
  readonly method: string
  readonly target: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Whether it names a row of another's where only one's own can be meant. */
  readonly reaching: boolean
}

/** Whose values a call has: the caller's own, and another's. */
interface Sides {
  readonly own: Rows
  readonly other: Rows
  /** The caller's, and not in the database yet. */
  readonly fresh: Rows
}

interface Shaped {
  readonly shape?: Readonly<Record<string, unknown>>
}

/** The table an operation is about: its name is in the operation's. */
export function tableOf({ placed }: Described): TableName {
  const found = placed.name.split('.').find((part) => (TABLE_NAMES as string[]).includes(part))
  if (found !== undefined) return found as TableName
  throw new Error(`The operation ${placed.name} names no table; teach shop-calls.ts what its inputs mean.`)
}

/** The call by which the owner of the rows does what the operation is for. */
export function ownCall(described: Described, own: Rows, fresh: Rows): Call {
  const table = tableOf(described)
  const values = unmoved(described, own, fresh)
  return callOf(described, { what: 'own', params: own[table], body: bodyOf(described, { key: own, values }) })
}

/** A change by hand writes all columns; the key stays what it is. */
function unmoved(described: Described, own: Rows, fresh: Rows): Rows {
  const table = tableOf(described)
  return described.placed.name.endsWith('.update') ? withValues(fresh, table, keyOf(table, own)) : fresh
}

/** Every way to put another's key into a call of the operation: into the path, the body and the query. */
export function foreignCalls(described: Described, { own, other, fresh: unsaved }: Sides): readonly Call[] {
  const fresh = unmoved(described, own, unsaved)
  const table = tableOf(described)
  const params = paramsOf(described)
  const call = (what: string, params: Row, { reaching = false, ...body }: BodyParts & Pick<Parts, 'reaching'>): Call =>
    callOf(described, { what, params, body: bodyOf(described, body), reaching })
  const calls: Call[] = []
  if (params.length > 0) calls.push(call('path', other[table], { key: own, values: fresh, reaching: true }))
  if (params.length > 1)
    for (const name of params)
      calls.push(
        call(
          `path.${name}`,
          { ...own[table], [name]: other[table][name] },
          { key: own, values: fresh, reaching: true },
        ),
      )
  if (described.placed.operation.inputs.body !== undefined) {
    calls.push(call('body.key', own[table], { key: other, values: fresh, reaching: isBulkChange(described) }))
    const columns = Object.keys(own[table]).filter((column) => isKey(table, column))
    for (const column of columns) {
      const mixed = withValues(fresh, table, { [column]: other[table][column] })
      calls.push(call(`body.${column}`, own[table], { key: own, values: mixed }))
    }
    const all = Object.fromEntries(columns.map((column) => [column, other[table][column]]))
    calls.push(call('body.all', own[table], { key: own, values: withValues(fresh, table, all) }))
    calls.push(call('body.all and key', own[table], { key: other, values: withValues(fresh, table, all) }))
  }
  return [...calls, ...queryCalls(described, { own, other, fresh })]
}

/** Every parameter of the query, with another's values where they fit. */
export function queryCalls(described: Described, { own, other }: Sides): readonly Call[] {
  const names = Object.keys((described.placed.operation.inputs.query as Shaped | undefined)?.shape ?? {})
  const table = tableOf(described)
  const of = { operation: described.placed.name, table, other }
  return names.flatMap((name) =>
    queryValues(of, name).map((value) =>
      callOf(described, { what: `?${name}=${value}`, params: own[table], query: { [name]: value }, body: undefined }),
    ),
  )
}

/** Whether the keys in the body say which rows are changed. */
function isBulkChange({ placed: { name } }: Described): boolean {
  return name.endsWith('.updateMany') || name.endsWith('.deleteMany')
}

interface Parts {
  readonly what: string
  readonly params: Row
  readonly body: unknown
  readonly query?: Readonly<Record<string, string>>
  readonly reaching?: boolean | undefined
}

function callOf(described: Described, { what, params, body, query = {}, reaching = false }: Parts): Call {
  const { name, path, operation } = described.placed
  const target = path.replaceAll(/:(\w+)/g, (_, param: string) => {
    const value = params[param]
    if (value === undefined) throw new Error(`No value for :${param} of ${name}; teach shop-rows.ts.`)
    return encodeURIComponent(textOf(value))
  })
  const search = new URLSearchParams(query).toString()
  return {
    operation: name,
    what,
    method: operation.method,
    target: search === '' ? target : `${target}?${search}`,
    ...(body !== undefined && { body }),
    ...(operation.inputs.headers !== undefined && { headers: { 'if-match': '"1"' } }),
    reaching,
  }
}

function paramsOf({ placed: { path } }: Described): readonly string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!)
}

interface BodyParts {
  /** Whose row is named. */
  readonly key: Rows
  /** What is written. */
  readonly values: Rows
}

/** A valid body: of columns, of many rows, or of what hand-written operations take. */
function bodyOf(described: Described, parts: BodyParts): unknown {
  const shape = (described.placed.operation.inputs.body as Shaped | undefined)?.shape
  return shape === undefined ? undefined : objectOf(described, shape, parts)
}

function objectOf(described: Described, shape: NonNullable<Shaped['shape']>, parts: BodyParts): object {
  const body: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries(shape)) {
    const value = valueOf(described, name, schema, parts)
    if (value !== undefined) body[name] = value
  }
  return body
}

function valueOf(described: Described, name: string, schema: unknown, { key, values }: BodyParts): unknown {
  const table = tableOf(described)
  if (name === 'items') return [itemOf(described, schema, { key, values })]
  if (name === 'key') return keyOf(table, key)
  if (name === 'values') return values[table]
  if (name === 'on') return primaryKeyOf(table)
  if (name === 'filter') return keyOf(table, key)
  if (name === 'version') return 1
  return values[table][name]
}

/** Of bulk operations: with the key of the row that is meant, where they take one. */
function itemOf(described: Described, schema: unknown, { key, values }: BodyParts): object {
  const table = tableOf(described)
  const { element } = schema as { readonly element?: Shaped }
  if (element?.shape === undefined) return values[table]
  const item = objectOf(described, element.shape, { key, values })
  const named = isBulkChange(described) ? keyOf(table, key) : {}
  return { ...item, ...Object.fromEntries(Object.entries(named).filter(([name]) => name in element.shape!)) }
}

function withValues(rows: Rows, table: TableName, values: Row): Rows {
  return { ...rows, [table]: { ...rows[table], ...values } }
}
