import type { Client, DatabaseError } from 'pg'
import type { Change, ChangeOf } from '../diff/change.ts'
import type { Decisions } from '../review/decisions.ts'

const NO_CAST = ['42804', '42846']
const UNKNOWN_TYPE = '42704'
const TEXTS = /^(?:text|character varying)/

/** The USING expressions of changed types, by `table.column`: what was decided, else a cast where PostgreSQL asks for one. Needs a transaction. */
export async function conversionsOf(
  client: Client,
  changes: readonly Change[],
  { conversions = {} }: Pick<Decisions, 'conversions'>,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const change of changes) {
    if (change.kind !== 'change type') continue
    const name = `${change.table.id}.${change.column.name}`
    const using = conversions[name] || (await castFor(client, change))
    if (using !== undefined) found.set(name, using)
  }
  return found
}

async function castFor(client: Client, { from, column }: ChangeOf<'change type'>): Promise<string | undefined> {
  const type = column.type.replace(/ COLLATE .*$/, '')
  const direct = `${column.sql}::${type}`
  for (const using of [undefined, direct]) {
    if (await works(client, from.type, { column: column.sql, type, using })) return using
  }
  // By way of text, which every type can be written as and read from.
  return TEXTS.test(from.type) ? direct : `${column.sql}::text::${type}`
}

/** Tried on an empty table: the rules of casts are the server's. */
async function works(
  client: Client,
  from: string,
  { column, type, using }: { readonly column: string; readonly type: string; readonly using: string | undefined },
): Promise<boolean> {
  await client.query('SAVEPOINT ashlar_cast')
  try {
    await client.query(`CREATE TEMPORARY TABLE ashlar_cast (${column} ${from})`)
    await client.query(
      `ALTER TABLE ashlar_cast ALTER COLUMN ${column} TYPE ${type}${using === undefined ? '' : ` USING ${using}`}`,
    )
    return true
  } catch (error) {
    const { code = '' } = error as DatabaseError
    // A type that comes with this migration: nothing casts to it.
    if (NO_CAST.includes(code) || code === UNKNOWN_TYPE) return false
    throw error
  } finally {
    await client.query('ROLLBACK TO SAVEPOINT ashlar_cast')
  }
}
