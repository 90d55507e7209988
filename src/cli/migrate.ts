import type { Database } from '../data/index.ts'
import { findAppFile } from './app-file.ts'
import { CommandError } from './command-error.ts'
import { databaseOf, databasesOf as databasesOfApp } from './db/app-database.ts'
import { loadApp } from './load-app.ts'
import { check } from './migrate/check.ts'
import type { MigrateFlags } from './migrate/flags.ts'
import { make } from './migrate/make.ts'
import { undo } from './migrate/undo.ts'
import { print } from './print.ts'
import { table } from './table.ts'

const MIGRATE_ACTIONS = ['apply', 'status', 'make', 'check', 'undo'] as const
type MigrateAction = (typeof MIGRATE_ACTIONS)[number]

/** `ashlar migrate`: makes, applies, checks and takes back the migrations of the app's databases. Gives the exit code. */
export async function migrate(words: readonly string[], flags: MigrateFlags): Promise<number> {
  const { file, action, name } = argumentsOf(words)
  const databases = await databasesOf(file, flags.database)
  if (action === 'make') return make(databases, name, flags)
  if (action === 'check') return check(databases, flags)
  if (action === 'undo') await undo(databases, flags)
  else for (const database of databases) await (action === 'apply' ? apply(database) : status(database))
  return 0
}

async function databasesOf(file: string | undefined, name: string | undefined): Promise<readonly Database[]> {
  const app = await loadApp(findAppFile(file))
  const all = name === undefined ? databasesOfApp(app) : [databaseOf(app, name)]
  const databases = all.filter(({ options }) => options.migrations !== undefined)
  if (databases.length > 0) return databases
  throw new CommandError('The app has no database with migrations.', {
    hint: "Declare them: database({ migrations: new URL('../migrations', import.meta.url) }), and give it to createApp as `database`.",
  })
}

interface Arguments {
  readonly file: string | undefined
  readonly action: MigrateAction
  /** Of the migration to make. */
  readonly name: string | undefined
}

/** The file may be left out: `ashlar migrate status`. */
function argumentsOf(words: readonly string[]): Arguments {
  const [first] = words
  const named = first !== undefined && !isAction(first)
  const [action = 'apply', name, ...rest] = named ? words.slice(1) : words
  if (!isAction(action)) {
    throw new CommandError(`There is no action "${action}".`, { hint: `Write one of: ${MIGRATE_ACTIONS.join(', ')}` })
  }
  const superfluous = action === 'make' ? rest[0] : name
  if (superfluous !== undefined) {
    throw new CommandError(`What "${superfluous}" means is not clear.`, {
      hint:
        action === 'make'
          ? 'Write the name as one word: add_bio_to_users'
          : 'Write the file before the action: ashlar migrate src/app.ts status',
    })
  }
  return { file: named ? first : undefined, action, name }
}

function isAction(value: string): value is MigrateAction {
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
