import { getTableColumns } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { Client } from 'pg'
import { database } from '../database.ts'
import { createTestDatabase } from '../test-database.ts'
import { everything, mood } from './every-column.fixture.ts'
import { randomRow } from './random-row.fixture.ts'

export const everyColumn: readonly (readonly [key: string, column: PgColumn])[] = Object.entries(
  getTableColumns(everything),
)

/** Rows of every type: as PostgreSQL's text, by column, and as Drizzle gives them. */
export interface Stored {
  readonly texts: readonly (readonly (string | null)[])[]
  readonly rows: readonly (typeof everything.$inferSelect)[]
}

/** Writes random rows through Drizzle and reads them back both ways. */
export async function storeRandomRows(count: number): Promise<Stored> {
  const own = await createTestDatabase(database({}))
  try {
    await own.database.start()
    await own.database.pool.query(createTable())
    await own.database.run(async (tx) => {
      for (let seed = 1; seed <= count; seed += 1) await tx.insert(everything).values(randomRow(seed))
    })
    const rows = await own.database.run((tx) => tx.select().from(everything).orderBy(everything.identity))
    return { texts: await readTexts(own.url), rows }
  } finally {
    await own.drop()
  }
}

/** Not through the pool, whose connections make times ISO 8601. */
async function readTexts(url: string): Promise<(string | null)[][]> {
  const client = new Client({ connectionString: url, options: '-c TimeZone=UTC' })
  await client.connect()
  try {
    const names = everyColumn.map(([, { name }]) => `"${name}"`).join(', ')
    const { rows } = await client.query<(string | null)[]>({
      text: `SELECT ${names} FROM everything ORDER BY "identity"`,
      rowMode: 'array',
      types: { getTypeParser: () => (text: string) => text },
    })
    return rows
  } finally {
    await client.end()
  }
}

/** The table as SQL: nothing else of Drizzle makes one. */
export function createTable(): string {
  const described = everyColumn.map(([, column]) => {
    const identity = column.generatedIdentity === undefined ? '' : ' GENERATED ALWAYS AS IDENTITY'
    const generated = column.generated === undefined ? '' : ' GENERATED ALWAYS AS ("integer" * 2) STORED'
    return `"${column.name}" ${column.getSQLType()}${identity}${generated}`
  })
  const values = mood.enumValues.map((value) => `'${value}'`)
  return `CREATE TYPE mood AS ENUM (${values.join(', ')}); CREATE TABLE everything (${described.join(', ')})`
}
