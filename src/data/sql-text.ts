import { sql, type SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'

/** A name as SQL, always quoted: key words are names then, too. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The same for people to read: bare where that is enough. For names that end in a suffix, so that none is a key word. */
export function quoteWhereNeeded(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : quote(name)
}

/** PostgreSQL cuts longer names off, and without a word. */
export const MAX_NAME_BYTES = 63

/** A name that PostgreSQL leaves as it is: where it would be too long, what stands before the suffix is cut off. */
export function nameWithSuffix(base: string, suffix: string): string {
  const room = MAX_NAME_BYTES - Buffer.byteLength(suffix)
  if (Buffer.byteLength(base) <= room) return base + suffix
  // In the middle of a character there would be another one in its place.
  return (
    Buffer.from(base)
      .subarray(0, room)
      .toString()
      .replace(/\uFFFD$/, '') + suffix
  )
}

/** The name at the end of a qualified one, both as SQL. */
export function ownName(sql: string): string {
  return /(?:"(?:[^"]|"")*"|[^".]+)$/.exec(sql)![0]
}

/** A name in the schema of another object, all as SQL. */
export function besideName(sql: string, name: string): string {
  return sql.slice(0, sql.length - ownName(sql).length) + name
}

export function qualified(schema: string | undefined, name: string): string {
  return `${quote(schema ?? 'public')}.${quote(name)}`
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** An expression with its values in place, columns without their table where it stands in the table's own declaration. */
export function expression(part: SQL, { columns }: { readonly columns: 'bare' | 'qualified' }): string {
  // In a new SQL object: the user's own is not changed.
  const whole = sql`${part}`.inlineParams()
  return new PgDialect().sqlToQuery(whole, columns === 'bare' ? 'indexes' : undefined).sql
}
