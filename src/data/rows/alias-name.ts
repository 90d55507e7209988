import { createHash } from 'node:crypto'
import { MAX_NAME_BYTES } from '../sql-text.ts'

const HASH_LENGTH = 12

/**
 * A name for an alias that PostgreSQL leaves as it is. Two that were cut off to the same one would make a subquery compare a table with itself,
 * and a rule about rows hold for every row.
 */
export function aliasName(name: string): string {
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH)
  // Cut off in the middle of a character it would have a character in its place that takes more bytes: only plain ones are kept.
  const beginning = name.replaceAll(/[^\w]/g, '_').slice(0, MAX_NAME_BYTES - HASH_LENGTH - 1)
  return `${beginning}_${hash}`
}
