import { getTableColumns, getTableName } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import { getTableConfig } from 'drizzle-orm/pg-core'
import type { Person } from './shop.ts'
import { tables } from './shop-tables.ts'

export type TableName = keyof typeof tables
export type Row = Readonly<Record<string, unknown>>
/** One row of each table, which belong together. */
export type Rows = Readonly<Record<TableName, Row>>

export const TABLE_NAMES = Object.keys(tables) as TableName[]
/** Whose rows all of a tenant share; the others are one person's. */
export const SHARED: ReadonlySet<string> = new Set<TableName>(['stores', 'products'])

/** The first group of the ids, and the first digits of the numbers, of all rows of a person or a tenant: seen anywhere, they tell whose it was. */
const MARKS: Readonly<Record<string, readonly [hex: string, digits: number]>> = {
  'user-ada': ['adaadada', 810_000_000],
  'user-bob': ['b0bb0bb0', 820_000_000],
  'user-eve': ['e0ee0ee0', 830_000_000],
  acme: ['acacacac', 910_000_000],
  evil: ['ebebebeb', 920_000_000],
}

/** Finds any value of their rows in a text. */
export function marksOf(owners: readonly string[]): RegExp {
  const marks = owners.flatMap((owner) => {
    const [hex, digits] = MARKS[owner]!
    return [
      owner.startsWith('user-') ? owner : `canary-${owner}`,
      `${hex}-`,
      `\\b${String(digits).slice(0, 2)}\\d{7}\\b`,
    ]
  })
  return new RegExp(marks.join('|'), 'i')
}

/** The rows number `n` of a person: every value of theirs, or of their tenant's, is known by its mark. */
export function rowsOf({ id: user, tenant }: Person, n: number): Rows {
  const uuid = (owner: string, table: number): string =>
    `${MARKS[owner]![0]}-0000-4000-8${String(table).padStart(3, '0')}-${String(n).padStart(12, '0')}`
  const words = (owner: string, what: string): string => `canary-${owner} ${what} number ${n}`
  const number = (owner: string): number => MARKS[owner]![1] + n
  const [storeId, productId] = [uuid(tenant, 1), uuid(tenant, 2)]
  const [orderId, noteId, threadId] = [uuid(user, 3), uuid(user, 4), uuid(user, 5)]
  return {
    stores: {
      id: storeId,
      tenantId: tenant,
      slug: words(tenant, 'slug'),
      name: words(tenant, 'store'),
      note: words(tenant, 'note'),
    },
    products: {
      id: productId,
      tenantId: tenant,
      storeId,
      name: words(tenant, 'product'),
      price: number(tenant),
      tags: [words(tenant, 'tag')],
      meta: { colour: words(tenant, 'colour') },
    },
    orders: {
      id: orderId,
      tenantId: tenant,
      customerId: user,
      storeId,
      memo: words(user, 'memo'),
      total: number(user),
      pin: words(user, 'pin'),
      createdAt: `2021-01-01T00:00:00.${String(n % 1000).padStart(3, '0')}Z`,
      updatedAt: '2021-01-01T00:00:00Z',
    },
    lines: { orderId, productId, quantity: number(user), remark: words(user, 'remark') },
    shipments: { id: uuid(user, 6), orderId, address: words(user, 'address'), weight: number(user) },
    notes: { id: noteId, ownerId: user, title: words(user, 'title'), open: false },
    threads: { id: threadId, noteId, subject: words(user, 'subject') },
    replies: { id: uuid(user, 7), threadId, answer: words(user, 'answer') },
    labels: { name: words(user, 'label'), ownerId: user, colour: words(user, 'colour') },
    seats: { room: words(user, 'room'), place: number(user), ownerId: user, guest: words(user, 'guest') },
    // One of each person, whose key is the person.
    profiles: { userId: user, bio: words(user, 'bio'), phone: words(user, 'phone') },
  }
}

/** Rows number `n` that are not there yet, and refer to some that are. */
export function freshRows(person: Person, n: number, own: Rows): Rows {
  const fresh = rowsOf(person, n)
  const [storeId, orderId] = [own.stores['id'], own.orders['id']]
  return {
    ...fresh,
    products: { ...fresh.products, storeId },
    orders: { ...fresh.orders, storeId },
    lines: { ...fresh.lines, orderId, productId: spareId(own) },
    shipments: { ...fresh.shipments, orderId },
    threads: { ...fresh.threads, noteId: own.notes['id'] },
    replies: { ...fresh.replies, threadId: own.threads['id'] },
  }
}

/** A product that no line has yet. */
function spareId({ products }: Rows): string {
  return (products['id'] as string).replace('-8002-', '-8009-')
}

/** Columns by which a row is found, or says to what it belongs. */
export function isKey(table: TableName, column: string): boolean {
  return primaryKeyOf(table).includes(column) || column.endsWith('Id')
}

export function primaryKeyOf(name: TableName): readonly string[] {
  const table: PgTable = tables[name]
  const columns = Object.entries(getTableColumns(table))
  const composite = getTableConfig(table).primaryKeys[0]?.columns.map(({ name }) => name)
  return columns.filter(([, { name, primary }]) => composite?.includes(name) ?? primary).map(([key]) => key)
}

export function keyOf(name: TableName, rows: Rows): Row {
  return Object.fromEntries(primaryKeyOf(name).map((key) => [key, rows[name][key]]))
}

/** Writes them, or what is missing of them. `deleted`: as deleted softly. */
export function insertText(rows: Rows, deleted = false): string {
  const spare = ['products', { ...rows.products, id: spareId(rows) }] as const
  const all = [...TABLE_NAMES.map((name) => [name, rows[name]] as const), spare]
  return oneCommand(
    all.map(([name, row]) => {
      const columns = getTableColumns(tables[name] as PgTable)
      const values: Record<string, unknown> = { ...row }
      if (deleted && 'deletedAt' in columns) values['deletedAt'] = '2020-01-01T00:00:00Z'
      const entries = Object.entries(values).map(([key, value]) => [columns[key]!, value] as const)
      const names = entries.map(([column]) => `"${column.name}"`).join(', ')
      return `insert into "${getTableName(tables[name])}" (${names}) values (${entries.map(([, value]) => literal(value)).join(', ')}) on conflict do nothing`
    }),
  )
}

/** Several in one round trip: a statement that is prepared is one command. */
function oneCommand(statements: readonly string[]): string {
  return `do $all$ begin ${statements.join('; ')}; end $all$`
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `array[${value.map(literal).join(', ')}]`
  return typeof value === 'string'
    ? `'${value}'`
    : typeof value === 'object'
      ? `'${JSON.stringify(value)}'`
      : JSON.stringify(value)
}

/** Removes rows with their keys, whosoever they are. */
export function deleteText(rows: Rows): string {
  return oneCommand(
    TABLE_NAMES.map((name) => `delete from "${getTableName(tables[name])}" where ${whereKey(name, rows)}`),
  )
}

function whereKey(name: TableName, rows: Rows): string {
  const columns = getTableColumns(tables[name] as PgTable)
  return Object.entries(keyOf(name, rows))
    .map(([key, value]) => `"${columns[key]!.name}" = ${literal(value)}`)
    .join(' and ')
}

/** A checksum over exactly these rows, whatever became of them. */
export function checksumText(all: readonly Rows[]): string {
  const parts = TABLE_NAMES.map((name) => {
    const rows = all.map((each) => whereKey(name, each))
    const where = rows.map((row) => `(${row})`).join(' or ')
    return `(select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from "${getTableName(tables[name])}" t where ${where})`
  })
  return `select ${parts.map((part, index) => `${part} as "${TABLE_NAMES[index]}"`).join(', ')}`
}
