import type { Part } from '../core/part.ts'
import type { Database } from '../data/database.ts'
import { checkSettings } from '../settings/settings.ts'
import type { AppDefinition } from './definition.ts'

/** The parts that a definition names itself, in the order in which they are started. */
export function ownParts({ settings, database, redis, parts = [] }: Partial<AppDefinition>): Part[] {
  // Nothing is started with settings that are wrong.
  const checked = settings === undefined ? undefined : { name: 'settings', start: () => checkSettings(settings) }
  return [...[checked, database, redis].filter((part) => part !== undefined), ...parts]
}

/** The parts of a definition and of the apps mounted in it, each once. */
export function partsOf(definition: Partial<AppDefinition>): Part[] {
  const { mounts = [] } = definition
  const mounted = mounts.flatMap(({ target }) => (target.type === 'app' ? partsOf(target.app.definition) : []))
  return [...new Set([...ownParts(definition), ...mounted])]
}

/** Told by its shape, so that an app without a database does not load the driver for it. */
export function isDatabase(part: Part): part is Database {
  return 'transaction' in part && 'drizzle' in part && 'migrationStatus' in part
}
