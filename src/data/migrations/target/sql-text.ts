import { sql, type SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'

/** A name as SQL, always quoted: this text is only for the throw-away database. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
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
