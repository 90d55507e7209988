import type { TableReference } from './factory-table.ts'
import { tableColumns, tableName } from './factory-table.ts'
import type { FactoryContext, FactoryHandle, RelatedFactory } from './factory-types.ts'

/** A row in the making. */
export type Row = Record<string, unknown>

/** A factory as its relations use it. */
interface Parent extends RelatedFactory {
  createMany(
    tx: FactoryHandle,
    count: number,
    overrides: (context: FactoryContext) => Row,
    depth: number,
  ): Promise<readonly Row[]>
}

interface Relating {
  readonly tx: FactoryHandle
  readonly table: string
  readonly rows: readonly Row[]
  readonly references: readonly TableReference[]
  /** How many factories have led here. */
  readonly depth: number
}

/** A chain of rows that each need another is longer only where it has no end. */
const MAX_DEPTH = 20

export function isFactory(value: unknown): value is RelatedFactory {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'factory' && 'createMany' in value
  )
}

/** The factory that a value is, or leads to. No column takes a function. */
export function parentOf(value: unknown): RelatedFactory | undefined {
  const target: unknown = typeof value === 'function' ? (value as () => unknown)() : value
  return isFactory(target) ? target : undefined
}

/** Makes the rows that these refer to by factories, those of one factory together, and fills in their keys. */
export async function relate({ tx, table, rows, references, depth }: Relating): Promise<void> {
  if (depth > MAX_DEPTH)
    throw new TypeError(
      `A row of "${table}" needs another of "${table}", and that one again, without an end. Let one of their factories leave the column NULL.`,
    )
  for (const { key, parent, children } of relationsIn(rows, references)) {
    const reference = referenceBy(table, key, parent, references)
    const known = (child: Row): Row => knownOf(child, key, reference)
    const parents = await parent.createMany(tx, children.length, ({ index }) => known(children[index]!), depth + 1)
    children.forEach((child, index) => fill(child, parents[index]!, { key, reference }))
  }
}

interface Relation {
  readonly key: string
  readonly parent: Parent
  readonly children: readonly Row[]
}

/** Those over one column come first: what they fill in is known to those over several. */
function relationsIn(rows: readonly Row[], references: readonly TableReference[]): readonly Relation[] {
  const found = rows.flatMap((row) =>
    Object.entries(row).flatMap(([key, value]) => {
      const parent = parentOf(value)
      // Every factory is made by `factory`, whatever its types show.
      return parent === undefined ? [] : [{ key, parent: parent as Parent, row }]
    }),
  )
  const widthOf = (key: string): number => references.find(({ keys }) => keys.includes(key))?.keys.length ?? 1
  return [...Map.groupBy(found, ({ key }) => key)]
    .toSorted(([a], [b]) => widthOf(a) - widthOf(b))
    .flatMap(([key, ofKey]) =>
      [...Map.groupBy(ofKey, ({ parent }) => parent)].map(([parent, members]) => ({
        key,
        parent,
        children: members.map(({ row }) => row),
      })),
    )
}

/** The declared reference that this column is part of; where none is declared, the other table's primary key. */
function referenceBy(
  table: string,
  key: string,
  parent: Parent,
  references: readonly TableReference[],
): TableReference {
  const declared = references.find(({ keys, table: target }) => keys.includes(key) && target === parent.table)
  if (declared !== undefined) return declared
  const [primary, ...more] = tableColumns(parent.table).filter(({ column }) => column.primary)
  if (primary !== undefined && more.length === 0)
    return { keys: [key], table: parent.table, foreignKeys: [primary.key] }
  throw new TypeError(
    `"${key}" of the table "${table}" is given a factory of "${tableName(parent.table)}", and nothing says which column of that one it is. ` +
      `Declare the reference: .references(() => ...).`,
  )
}

/** Of a reference over several columns, what the row has already: its tenant, say. The row it refers to must have the same. */
function knownOf(child: Row, key: string, { keys, foreignKeys }: TableReference): Row {
  const known: Row = {}
  keys.forEach((each, index) => {
    const value = child[each]
    if (each !== key && value !== undefined && parentOf(value) === undefined) known[foreignKeys[index]!] = value
  })
  return known
}

function fill(
  child: Row,
  parent: Row,
  { key, reference }: { readonly key: string; readonly reference: TableReference },
): void {
  reference.keys.forEach((each, index) => {
    if (each === key || child[each] === undefined) child[each] = parent[reference.foreignKeys[index]!]
  })
}
