import type { Client, DatabaseError } from 'pg'
import { withConnection } from './connection.ts'
import { retryLocks } from './retry-locks.ts'
import { beginResumable, forgetBegin, record } from './resume.ts'
import { lockMigrations } from './migration-lock.ts'
import { readMigrations, type MigrationFile } from './migration-files.ts'
import { pendingOf, type AppliedMigration, type MigrationStatus } from './migration-plan.ts'
import { isoTime } from '../wire-times.ts'

const UNDEFINED_TABLE = '42P01'

const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS public.ashlar_migrations (
  name text PRIMARY KEY,
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  duration_ms integer NOT NULL
)`

/** Applies what is pending and gives the names of it. However many processes call this at the same time, each file is applied once. */
export async function migrate(url: string, folder: string | URL): Promise<readonly string[]> {
  return migrateFiles(url, readMigrations(folder))
}

export async function migrateFiles(url: string, files: readonly MigrationFile[]): Promise<readonly string[]> {
  return withConnection(url, async (client) => {
    if (pendingOf(files, await readApplied(client)).length === 0) return []
    await lockMigrations(client)
    return applyPending(client, files)
  })
}

export async function migrationStatus(url: string, folder: string | URL): Promise<MigrationStatus> {
  const files = readMigrations(folder)
  return withConnection(url, async (client) => {
    const applied = await readApplied(client)
    return { applied, pending: pendingOf(files, applied).map(({ name }) => name) }
  })
}

export async function readApplied(client: Client): Promise<readonly AppliedMigration[]> {
  try {
    const { rows } = await client.query<{ name: string; checksum: string; at: string; ms: number }>(
      'SELECT name, checksum, applied_at::text AS at, duration_ms AS ms FROM public.ashlar_migrations WHERE duration_ms >= 0 ORDER BY name',
    )
    return rows.map(({ name, checksum, at, ms }) => ({ name, checksum, appliedAt: isoTime(at), durationMs: ms }))
  } catch (error) {
    if ((error as DatabaseError).code === UNDEFINED_TABLE) return []
    throw error
  }
}

async function applyPending(client: Client, files: readonly MigrationFile[]): Promise<readonly string[]> {
  await client.query(CREATE_TABLE)
  const pending = pendingOf(files, await readApplied(client))
  for (const file of pending) {
    await (file.transactional ? retryLocks(() => applyInTransaction(client, file)) : applyResumably(client, file))
    // A dump begins with an empty search path: what a file sets is not for the next one, which may also run alone.
    await client.query('RESET ALL; RESET ROLE')
  }
  return pending.map(({ name }) => name)
}

/** Without a transaction the end may find the statement done and the row missing, or an index half built: the begin is kept. */
async function applyResumably(client: Client, file: MigrationFile): Promise<void> {
  const start = await beginResumable(client, file)
  if (start === 'done') return
  try {
    await apply(client, file)
  } catch (error) {
    await forgetBegin(client, file)
    throw error
  }
}

async function applyInTransaction(client: Client, file: MigrationFile): Promise<void> {
  try {
    const begun = await transactionId(client, 'BEGIN')
    await apply(client, file, async () => {
      if ((await transactionId(client)) !== begun) throw new Error(ENDS_TRANSACTION(file))
    })
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

const ENDS_TRANSACTION = ({ path }: MigrationFile): string =>
  `The migration ${path} ends the transaction it runs in: it holds a COMMIT or ROLLBACK. Remove that; each file is one transaction already.`

async function transactionId(client: Client, before?: 'BEGIN'): Promise<string> {
  if (before !== undefined) await client.query(before)
  const { rows } = await client.query<{ id: string }>('SELECT pg_current_xact_id()::text AS id')
  return rows[0]!.id
}

async function apply(
  client: Client,
  file: MigrationFile,
  check: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const started = performance.now()
  try {
    await client.query(file.sql)
  } catch (error) {
    throw new Error(explain(file, error as DatabaseError), { cause: error })
  }
  await check()
  await record(client, file, performance.now() - started)
}

const NEEDS_NO_TRANSACTION = '25001'

function explain(
  { path, sql, transactional }: MigrationFile,
  { message, detail, hint, position, code }: DatabaseError,
): string {
  const facts = [detail, hint].filter((fact) => fact !== undefined)
  if (code === NEEDS_NO_TRANSACTION) {
    facts.push(
      transactional
        ? 'Put it into a file of its own that begins with the line "-- ashlar: no-transaction".'
        : 'A file without a transaction holds one statement only.',
    )
  }
  return [`The migration ${path}${placeOf(sql, position)} failed: ${message}.`, ...facts].join(' ')
}

/** `:line:column`, as editors and terminals link it. PostgreSQL counts characters from 1. */
function placeOf(sql: string, position: string | undefined): string {
  if (position === undefined) return ''
  const before = Array.from(sql)
    .slice(0, Number(position) - 1)
    .join('')
    .split('\n')
  return `:${before.length}:${before.at(-1)!.length + 1}`
}
