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
