/** Problems listed for one value; a client that has so many mends its code, not its values. */
export const MAX_ISSUES = 100

/**
 * Parts (fields and items, at every depth) of a value up to which all its problems are looked for. Wording a problem costs about 10 us, so
 * that a body of 1 MiB made of nothing but problems would otherwise stop the server for seconds. Beyond it the first problem is reported.
 */
export const MAX_PARTS = 2000

const MAX_COUNTED = 1_000_000

/** Times one part may be read while problems are looked for, where a schema reads it in several ways. */
const MAX_READS = 4096

/**
 * `small`: all problems are looked for. `large`: the first one. `wide`: one object alone has more fields than that, which Zod would list
 * to the last even then.
 */
export type ReportSize = 'small' | 'large' | 'wide'

export function reportSize(value: unknown): ReportSize {
  let parts = 1
  const waiting: unknown[] = [value]
  while (waiting.length > 0) {
    const part = waiting.pop()
    if (typeof part !== 'object' || part === null) continue
    const children: readonly unknown[] = Array.isArray(part) ? part : Object.values(part)
    if (children.length > MAX_PARTS && !Array.isArray(part)) return 'wide'
    parts += children.length
    // A value that goes in circles, which a handler may return, has no last part.
    if (parts > MAX_COUNTED) return 'large'
    for (const child of children) waiting.push(child)
  }
  return parts > MAX_PARTS ? 'large' : 'small'
}

/**
 * Whether looking for the problems of a value would take a time that doubles with each level of it. `branching` is how often the schema
 * reads one place.
 */
export function isTooDeep(value: unknown, branching: number): boolean {
  return branching > 1 && isDeeperThan(value, Math.floor(Math.log(MAX_READS) / Math.log(branching)))
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((part) => isDeeperThan(part, levels - 1))
}
