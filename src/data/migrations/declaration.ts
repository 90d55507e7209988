import type { Database } from '../database.ts'
import type { DrizzleSchema } from '../drizzle.ts'
import { migrationsFolder } from './migration-files.ts'
import type { ScratchOptions } from './scratch.ts'

export function scratchOptionsOf({ options }: Database<DrizzleSchema>, scratchUrl: string | undefined): ScratchOptions {
  const { embedded } = options
  return { ...(embedded !== undefined && { embedded }), ...(scratchUrl !== undefined && { scratchUrl }) }
}

export function folderOf({ name, options }: Database<DrizzleSchema>): string {
  if (options.migrations !== undefined) return migrationsFolder(options.migrations)
  throw new Error(
    `The database "${name}" has no migrations. Name their folder: database({ migrations: new URL('../migrations', import.meta.url) }).`,
  )
}

export function schemaOf({ name, options }: Database<DrizzleSchema>): DrizzleSchema {
  if (options.schema !== undefined) return options.schema
  throw new Error(
    `The database "${name}" does not name its tables. Give them: import * as schema from './tables.ts', then database({ schema, migrations }).`,
  )
}

/** The name as a file has it: `create_users`. */
export function fileName(given: string): string {
  const name = given
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '')
  if (name !== '') return name
  throw new TypeError(
    `"${given}" is no name for a migration. Say in words what it does: ashlar migrate make add_bio_to_users.`,
  )
}
