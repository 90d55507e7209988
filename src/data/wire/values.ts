import { createRequire } from 'node:module'

/** `pg` maps values so; it is not among its exports, and has no types. */
const { prepareValue } = createRequire(import.meta.url)('pg/lib/utils.js') as {
  readonly prepareValue: (value: unknown) => string | Buffer | null
}

/** A value as PostgreSQL takes it: text, bytes (sent in binary form), or null. Exactly as `pg` does it. */
export function parameterOf(value: unknown): string | Uint8Array | null {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return null
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  return prepareValue(value)
}
