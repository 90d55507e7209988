import type { Part } from '../core/part.ts'
import type { Database } from '../data/database.ts'
import type { AppDefinition } from './definition.ts'

/** The parts of a definition and of the apps mounted in it, each once. */
export function partsOf(definition: Partial<AppDefinition>): Part[] {
  const { database, parts = [], mounts = [] } = definition
  const mounted = mounts.flatMap(({ target }) => (target.type === 'app' ? partsOf(target.app.definition) : []))
  return [...new Set([...(database === undefined ? [] : [database]), ...parts, ...mounted])]
}

/** Told by its shape, so that an app without a database does not load the driver for it. */
export function isDatabase(part: Part): part is Database {
  return 'transaction' in part && 'drizzle' in part && 'migrationStatus' in part
}
