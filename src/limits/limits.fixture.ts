import { sql } from 'drizzle-orm'
import type { Database, DrizzleSchema } from '../data/index.ts'
import { targetStatements } from '../data/migrations/target/statements.ts'

/** Makes the tables of a database's schema, as `ashlar migrate make` would. */
export async function makeTables<Schema extends DrizzleSchema>(database: Database<Schema>): Promise<void> {
  const { statements } = targetStatements(database.options.schema ?? {})
  await database.run(async (tx) => {
    for (const statement of statements) await tx.execute(sql.raw(statement))
  })
}
