/**
 * Values as one array of PostgreSQL in text, each quoted, so that a list of any length is one parameter and the SQL stays the same.
 *
 * @see PostgreSQL, "Arrays": Array Input and Output Syntax
 */
export function arrayLiteral(values: readonly unknown[]): string {
  return `{${values.map((value) => `"${textOf(value).replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value)
}
