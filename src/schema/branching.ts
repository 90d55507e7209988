import { childrenOf, defOf, innerOf, someSchema, type ZodSchema } from './zod.ts'

/**
 * In how many ways a recursive schema reads one and the same place of a value. More than one where a union without a tag has members that
 * go on below the same key, as `{ op: '+', left: Node } | { op: '-', left: Node }`: whoever tries the members in turn reads what is there
 * once for each, twice that one level below, and so on.
 */
export function branchingOf(root: ZodSchema): number {
  let most = 1
  // Only to walk the schema: nothing is looked for.
  someSchema(root, (schema) => {
    const def = defOf(schema)
    if (!isRecursive(schema)) return false
    if (def.type === 'union') most = Math.max(most, branchesOf(def.options, schema))
    if (def.type === 'intersection') most = Math.max(most, branchesOf([def.left, def.right], schema))
    return false
  })
  return most
}

function isRecursive(schema: ZodSchema): boolean {
  const { type } = defOf(schema)
  return (type === 'union' || type === 'intersection') && childrenOf(schema).some((child) => contains(child, schema))
}

function contains(schema: ZodSchema, target: ZodSchema): boolean {
  return someSchema(schema, (each) => each === target)
}

/** The most of these that come back to `target` through one key. */
function branchesOf(members: readonly ZodSchema[], target: ZodSchema): number {
  const counts = new Map<string, number>()
  for (const member of members) {
    for (const key of new Set(recurringKeys(member, target))) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const anyKey = counts.get(ANY_KEY) ?? 0
  const keys = [...counts].filter(([key]) => key !== ANY_KEY && key !== ITEMS)
  return Math.max(counts.get(ITEMS) ?? 0, anyKey, ...keys.map(([, count]) => count + anyKey))
}

const ITEMS = '[]'
const ANY_KEY = '*'

/** The keys of a value below which this schema comes back to `target`. */
function recurringKeys(schema: ZodSchema, target: ZodSchema, above: readonly ZodSchema[] = []): readonly string[] {
  if (above.includes(schema)) return []
  const inner = innerOf(schema)
  const def = defOf(schema)
  const returns = (at: ZodSchema): boolean => contains(at, target)
  if (inner === undefined && def.type === 'object') {
    const keys = Object.entries(def.shape).flatMap(([key, field]) => (returns(field) ? [`.${key}`] : []))
    return def.catchall !== undefined && returns(def.catchall) ? [...keys, ANY_KEY] : keys
  }
  if (def.type === 'record') return returns(def.valueType) ? [ANY_KEY] : []
  if (def.type === 'array' || def.type === 'tuple') return returns(schema) ? [ITEMS] : []
  return childrenOf(schema).flatMap((child) => recurringKeys(child, target, [...above, schema]))
}
