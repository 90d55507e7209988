import type { Database, DrizzleSchema } from '../../data/index.ts'
import { locate } from '../../data/location.ts'
import { undoMigrations } from '../../data/migrations/undo.ts'
import { CommandError } from '../command-error.ts'
import { print } from '../print.ts'
import type { MigrateFlags } from './flags.ts'

export async function undo(
  databases: readonly Database<DrizzleSchema>[],
  { to, allowDestructive }: MigrateFlags,
): Promise<void> {
  const [database, ...others] = databases
  if (database === undefined) return
  if (others.length > 0) {
    throw new CommandError('The app has several databases, and which one is meant is not known.', {
      hint: 'Undo in an app file that has one of them.',
    })
  }
  const { url, embedded } = database.options
  const located = await locate({
    name: database.name,
    ...(url !== undefined && { url }),
    ...(embedded !== undefined && { embedded }),
  })
  try {
    const names = await undoMigrations({
      database,
      url: located.url,
      ...(to !== undefined && { to }),
      ...(allowDestructive !== undefined && { allowDestructive }),
    })
    await print(
      names.length === 0
        ? `${database.name}: nothing to take back.`
        : [`${database.name}: took back`, ...names].join('\n  '),
    )
  } finally {
    await located.leave()
  }
}
