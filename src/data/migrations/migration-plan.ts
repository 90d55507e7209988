import { number, type MigrationFile } from './migration-files.ts'

/** A row of the `ashlar_migrations` table. */
export interface AppliedMigration {
  readonly name: string
  readonly checksum: string
  /** ISO 8601. */
  readonly appliedAt: string
  readonly durationMs: number
}

/** What has been done and what is to be done. */
export interface MigrationStatus {
  readonly applied: readonly AppliedMigration[]
  /** In the order in which they will be applied. */
  readonly pending: readonly string[]
}

/** The files still to apply. Throws where files and database tell different histories. */
export function pendingOf(
  files: readonly MigrationFile[],
  applied: readonly AppliedMigration[],
): readonly MigrationFile[] {
  const byName = new Map(files.map((file) => [file.name, file]))
  for (const { name, checksum } of applied) checkUnchanged(name, checksum, byName.get(name))
  const done = new Set(applied.map(({ name }) => name))
  const pending = files.filter(({ name }) => !done.has(name))
  const [first] = pending
  const last = applied.at(-1)
  if (first !== undefined && last !== undefined && number(first.name) < number(last.name)) {
    throw new Error(
      `The migration ${first.path} comes before ${last.name}, which has been applied already. Give it the number after the last one: ` +
        'on a new database it would run in another order than on this one.',
    )
  }
  return pending
}

/** Nobody keeps what only a developer has seen. */
const BEGIN_ANEW =
  'On the embedded database of your own machine you can also begin anew, without its data: ashlar db reset.'

function checkUnchanged(name: string, checksum: string, file: MigrationFile | undefined): void {
  if (file === undefined) {
    throw new Error(
      `The database has had the migration ${name}, and there is no such file. Restore the file; where the database belongs to another branch or app, use another one. ${BEGIN_ANEW}`,
    )
  }
  if (file.checksum === checksum) return
  throw new Error(
    `The migration ${file.path} was changed after it had been applied. Restore it as it was, and put the change into a new file with the next number. ${BEGIN_ANEW}`,
  )
}
