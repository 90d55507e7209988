import { isDatabase, partsOf } from '../app/parts.ts'
import type { Database } from '../data/database.ts'
import { findAppFile } from './app-file.ts'
import { CommandError } from './command-error.ts'
import { loadApp } from './load-app.ts'
import { print } from './print.ts'
import { table } from './table.ts'

export const MIGRATE_ACTIONS = ['apply', 'status'] as const
export type MigrateAction = (typeof MIGRATE_ACTIONS)[number]

/** `ashlar migrate`: applies the pending migrations of the app's databases, or says which there are. */
export async function migrate(first: string | undefined, second: string | undefined): Promise<void> {
  const { file, action } = argumentsOf(first, second)
  const app = await loadApp(findAppFile(file))
  const databases = partsOf(app.definition)
    .filter(isDatabase)
    .filter(({ options }) => options.migrations !== undefined)
  if (databases.length === 0) {
    throw new CommandError('The app has no database with migrations.', {
      hint: "Declare them: database({ migrations: new URL('../migrations', import.meta.url) }), and give it to createApp as `database`.",
    })
  }
  for (const database of databases) await (action === 'apply' ? apply(database) : status(database))
}

/** The file may be left out: `ashlar migrate status`. */
function argumentsOf(
  first: string | undefined,
  second: string | undefined,
): { readonly file: string | undefined; readonly action: MigrateAction } {
  if (second === undefined && isAction(first)) return { file: undefined, action: first }
  const action = second ?? 'apply'
  if (isAction(action)) return { file: first, action }
  throw new CommandError(`There is no action "${action}".`, { hint: `Write one of: ${MIGRATE_ACTIONS.join(', ')}` })
}

function isAction(value: string | undefined): value is MigrateAction {
  return MIGRATE_ACTIONS.some((action) => action === value)
}

async function apply(database: Database): Promise<void> {
  try {
    const names = await database.migrate()
    if (names.length === 0) return await print(`${database.name}: nothing to apply, it is up to date.`)
    await print([`${database.name}: applied`, ...names].join('\n  '))
  } finally {
    await database.stop()
  }
}

async function status(database: Database): Promise<void> {
  try {
    const { applied, pending } = await database.migrationStatus()
    const rows = [
      ...applied.map(({ name, appliedAt, durationMs }) => [name, `applied ${appliedAt} in ${durationMs} ms`]),
      ...pending.map((name) => [name, 'pending']),
    ]
    await print(rows.length === 0 ? `${database.name}: no migrations yet.` : table([database.name, ''], rows))
  } finally {
    await database.stop()
  }
}
