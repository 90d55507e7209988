import type { Client, DatabaseError } from 'pg'
import type { Database } from '../database.ts'
import type { DrizzleSchema } from '../drizzle.ts'
import { introspect } from './catalog/introspect.ts'
import { withConnection } from './connection.ts'
import { compare } from './diff/compare.ts'
import { lossTestOf, refusalOf, renamesBack, unknownStatementsIn, type LossTest } from './down-plan.ts'
import { folderOf, scratchOptionsOf } from './declaration.ts'
import { stepsTo } from './plan/steps-to.ts'
import { migrateFiles, readApplied } from './migrate.ts'
import { downFileOf, number, readMigrations, type MigrationFile } from './migration-files.ts'
import { lockMigrations } from './migration-lock.ts'
import { pendingOf } from './migration-plan.ts'
import { rehearse, withScratch, type Scratch } from './scratch.ts'
import { unmanagedIn } from './unmanaged.ts'

interface UndoOptions {
  readonly database: Database<DrizzleSchema>
  /** Where the database is. */
  readonly url: string
  /** The number of the last migration to keep; 0 takes back all. Default: the last one is taken back. */
  readonly to?: number
  /** Takes back also what loses data. */
  readonly allowDestructive?: boolean
  readonly scratchUrl?: string
}

/** How one migration is taken back. */
interface Down {
  readonly file: MigrationFile
  readonly statements: readonly string[]
  readonly transactional: boolean
  readonly losses: readonly LossTest[]
}

/**
 * Takes back the last migrations, newest first, and gives their names. What takes one back is the file `NNNN_name.down.sql` beside it, else it is
 * worked out from what the migration changed. All are planned before the first is run.
 *
 * @throws Error where one of them cannot be taken back, with the reason.
 */
export async function undoMigrations(options: UndoOptions): Promise<readonly string[]> {
  const files = readMigrations(folderOf(options.database))
  return withConnection(options.url, async (client) => {
    await lockMigrations(client)
    const chosen = await toUndo(client, files, options.to)
    if (chosen.length === 0) return []
    const downs = await withScratch(scratchOptionsOf(options.database, options.scratchUrl), async (scratch) => {
      const planned: Down[] = []
      for (const file of chosen) planned.push(await planDown(scratch, files, file))
      return planned
    })
    for (const down of downs) await run(client, down, options.allowDestructive === true)
    return chosen.map(({ name }) => name)
  })
}

async function toUndo(
  client: Client,
  files: readonly MigrationFile[],
  to: number | undefined,
): Promise<readonly MigrationFile[]> {
  const applied = await readApplied(client)
  // Also says where files and database do not fit.
  const pending = new Set(pendingOf(files, applied).map(({ name }) => name))
  const done = files.filter(({ name }) => !pending.has(name))
  if (to === undefined) return done.slice(-1)
  if (to !== 0 && !done.some(({ name }) => number(name) === to)) {
    throw new Error(
      `No migration with the number ${to} has been applied. --to takes the number of the last one to keep, or 0 for none.`,
    )
  }
  return done.filter(({ name }) => number(name) > to).toReversed()
}

async function planDown(scratch: Scratch, files: readonly MigrationFile[], file: MigrationFile): Promise<Down> {
  const written = downFileOf(file)
  if (written !== undefined) {
    return { file, statements: [written.sql], transactional: written.transactional, losses: [] }
  }
  const unknown = await unknownStatementsIn(file)
  if (unknown.length > 0) {
    throw refused(file, `nobody can tell how to undo "${unknown[0]}"`)
  }
  const until = files.slice(0, files.indexOf(file) + 1)
  const unmanaged = unmanagedIn(until)
  return scratch.withDatabase(until.slice(0, -1), async (client, url) => {
    const target = await introspect(client, unmanaged)
    await migrateFiles(url, until)
    const decisions = { renames: await renamesBack(file), allowDestructive: true }
    const { steps, changes } = await rehearse(client, () =>
      stepsTo(client, { target, unmanaged, options: { decisions, undo: true } }),
    )
    const reason = changes.map(refusalOf).find((found) => found !== undefined)
    if (reason !== undefined) throw refused(file, reason)
    const statements = steps.map(({ sql }) => sql)
    for (const statement of statements) await client.query(statement)
    const left = compare(await introspect(client, unmanaged), target)
    if (left.length > 0) throw refused(file, 'how to undo it could not be worked out in full')
    return {
      file,
      statements,
      transactional: true,
      losses: changes.flatMap((change) => lossTestOf(change) ?? []),
    }
  })
}

function refused({ name, path }: MigrationFile, reason: string): Error {
  return new Error(
    `The migration ${name} is not taken back: ${reason}. Write ${path.replace(/\.sql$/, '.down.sql')} with the SQL that undoes it, or go on with a new migration.`,
  )
}

async function run(client: Client, down: Down, allowDestructive: boolean): Promise<void> {
  if (!down.transactional) return runStatements(client, down)
  await client.query('BEGIN')
  try {
    if (!allowDestructive) for (const loss of down.losses) await checkLoss(client, loss, down.file)
    await runStatements(client, down)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

/** Locked before it is looked at: no row comes between the look and the drop. */
async function checkLoss(client: Client, { table, sql, what }: LossTest, { name }: MigrationFile): Promise<void> {
  await client.query(`SET LOCAL search_path = public; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`)
  const { rowCount } = await client.query(sql)
  if (rowCount === 0) return
  throw new Error(`Taking back ${name} would lose ${what}. Nothing was changed. To lose it, give --allow-destructive.`)
}

async function runStatements(client: Client, { file, statements }: Down): Promise<void> {
  try {
    for (const statement of statements) await client.query(statement)
  } catch (cause) {
    const { message, detail } = cause as DatabaseError
    throw new Error(
      `Taking back ${file.name} failed: ${message}.${detail === undefined ? '' : ` ${detail}`} The statements are:\n${statements.join(';\n')}`,
      { cause },
    )
  }
  await client.query('DELETE FROM public.ashlar_migrations WHERE name = $1', [file.name])
}
