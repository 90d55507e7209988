import type { Database } from '../../data/index.ts'
import { createEngine, type Engine } from '../../data/engine.ts'
import type { DrizzleSchema } from '../../data/drizzle.ts'
import { withDatabase } from '../db/app-database.ts'

/** Connects to a database without starting the app: nothing is migrated. */
export function withEngine<T>(
  database: Database<DrizzleSchema>,
  work: (engine: Engine<DrizzleSchema>) => Promise<T>,
): Promise<T> {
  // The schema's own type does not matter for finding it.
  return withDatabase(database as unknown as Database, async ({ url }) => {
    const engine = createEngine<DrizzleSchema>(url, database.options, { log: () => undefined })
    try {
      return await work(engine)
    } finally {
      await engine.end()
    }
  })
}

/** SQLSTATEs of a text that is no value of a column's type. */
const NO_VALUES = ['22P02', '22003', '22007', '22008']

/** Whether the database was asked by a text that is no value of the column. Drizzle wraps what it says. */
export function isNoValue(error: unknown): boolean {
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: { readonly code?: unknown } }
  return NO_VALUES.includes(String(code ?? cause?.code))
}
