import type { Node } from 'libpg-query'

export type { Node }

/** The names of PostgreSQL's parse nodes. */
export type Kind = Node extends infer N ? (N extends unknown ? keyof N : never) : never

export type NodeOf<K extends Kind> = Node extends infer N ? (N extends Record<K, infer V> ? V : never) : never

/** The node, if it is of this kind. */
export function as<K extends Kind>(kind: K, node: Node | undefined): NodeOf<K> | undefined {
  // The union has one member for each kind, keyed by it.
  return node !== undefined && kind in node ? (node as unknown as Record<K, NodeOf<K>>)[kind] : undefined
}

/** Those of the nodes that are of this kind. */
export function all<K extends Kind>(kind: K, nodes: readonly Node[] | undefined): NodeOf<K>[] {
  return (nodes ?? []).flatMap((node) => as(kind, node) ?? [])
}

/** Every node of this kind below a value, at any depth. Not by recursion: a long sum is a deep tree. */
export function* within<K extends Kind>(kind: K, value: unknown): Generator<NodeOf<K>> {
  const open = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next !== 'object' || next === null) continue
    for (const [key, child] of Object.entries(next)) {
      if (key === kind) yield child as NodeOf<K>
      open.push(child)
    }
  }
}

export function strings(nodes: readonly Node[] | undefined): string[] {
  return all('String', nodes).map(({ sval }) => sval ?? '')
}

/** What a table goes by: `table`, or `schema.table` outside `public`. */
export function tableKey(table: NodeOf<'RangeVar'> | undefined): string {
  return keyOf([table?.schemaname, table?.relname])
}

export function keyOf(parts: readonly (string | undefined)[]): string {
  const named = parts.filter((part) => part !== undefined && part !== '')
  return (named[0] === 'public' && named.length > 1 ? named.slice(1) : named).join('.')
}

/** The names in a list of objects, as DROP has them. */
export function objectKeys(objects: readonly Node[] | undefined): string[] {
  return (objects ?? []).map((node) => keyOf(strings(as('List', node)?.items ?? as('TypeName', node)?.names ?? [node])))
}

/** Whether a list of options has this one, switched on. */
export function hasOption(options: readonly Node[] | undefined, name: string): boolean {
  const option = all('DefElem', options).find(({ defname }) => defname === name)
  if (option?.arg === undefined) return option !== undefined
  // A zero and a false have no value in the tree.
  const value = as('String', option.arg)?.sval ?? as('Boolean', option.arg)?.boolval ?? as('Integer', option.arg)?.ival
  return value !== undefined && !['off', 'false', '0'].includes(String(value))
}
