import type { Database } from '../../data/index.ts'
import { undoMigrations } from '../../data/migrations/undo.ts'
import { CommandError } from '../command-error.ts'
import { withDatabase } from '../db/app-database.ts'
import { print } from '../print.ts'
import type { MigrateFlags } from './flags.ts'

export async function undo(databases: readonly Database[], { to, allowDestructive }: MigrateFlags): Promise<void> {
  const [database, ...others] = databases
  if (database === undefined) return
  if (others.length > 0) {
    throw new CommandError('The app has several databases, and which one is meant is not known.', {
      hint: 'Name one: --database NAME',
    })
  }
  const names = await withDatabase(database, ({ url }) =>
    undoMigrations({
      database,
      url,
      ...(to !== undefined && { to }),
      ...(allowDestructive !== undefined && { allowDestructive }),
    }),
  )
  await print(
    names.length === 0
      ? `${database.name}: nothing to take back.`
      : [`${database.name}: took back`, ...names].join('\n  '),
  )
}
