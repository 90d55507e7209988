import type { Client } from 'pg'
import type { MigrationFile } from './migration-files.ts'

/** What `duration_ms` says of a file that was begun and has not ended. */
const BEGUN = -1

/** The file has been applied. */
export async function record(client: Client, { name, checksum }: MigrationFile, durationMs: number): Promise<void> {
  await client.query(
    `INSERT INTO public.ashlar_migrations (name, checksum, duration_ms) VALUES ($1, $2, $3)
     ON CONFLICT (name) DO UPDATE SET checksum = $2, duration_ms = $3, applied_at = DEFAULT`,
    [name, checksum, Math.round(durationMs)],
  )
}

export async function forgetBegin(client: Client, { name }: MigrationFile): Promise<void> {
  await client.query('DELETE FROM public.ashlar_migrations WHERE name = $1 AND duration_ms = $2', [name, BEGUN])
}

/**
 * Notes that a file without a transaction begins. Where a process that was killed had begun it already, what it left is put right: an index that is
 * half built is dropped, and one that it finished without being able to say so counts as done. So is an index half dropped or gone.
 */
export async function beginResumable(client: Client, file: MigrationFile): Promise<'done' | 'to do'> {
  const index = concurrentIndexIn(file.sql)
  const state = index === undefined ? undefined : await stateOf(client, index.name)
  const begun = await wasBegun(client, file)
  if (index?.action === 'create' && state === 'invalid') await client.query(`DROP INDEX CONCURRENTLY ${index.name}`)
  const isDone =
    begun && (index?.action === 'create' ? state === 'valid' : index?.action === 'drop' && state === undefined)
  if (isDone) {
    await record(client, file, 0)
    return 'done'
  }
  // One of this name that was there before is not this file's: the statement will say so.
  if (!begun && !(index?.action === 'create' && state === 'valid')) {
    await client.query('INSERT INTO public.ashlar_migrations (name, checksum, duration_ms) VALUES ($1, $2, $3)', [
      file.name,
      file.checksum,
      BEGUN,
    ])
  }
  return 'to do'
}

async function wasBegun(client: Client, { name, checksum }: MigrationFile): Promise<boolean> {
  const { rows } = await client.query<{ checksum: string }>(
    'DELETE FROM public.ashlar_migrations WHERE name = $1 AND duration_ms = $2 AND checksum <> $3 RETURNING checksum',
    [name, BEGUN, checksum],
  )
  if (rows.length > 0) return false
  const { rowCount } = await client.query('SELECT FROM public.ashlar_migrations WHERE name = $1 AND duration_ms = $2', [
    name,
    BEGUN,
  ])
  return rowCount === 1
}

interface ConcurrentIndex {
  readonly action: 'create' | 'drop'
  /** As SQL, with the schema where there is one. */
  readonly name: string
}

const NAME = '(?:"(?:[^"]|"")+"|[\\w$]+)'
const CREATE = new RegExp(
  `^CREATE\\s+(?:UNIQUE\\s+)?INDEX\\s+CONCURRENTLY\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?(${NAME})\\s+ON\\s+(?:ONLY\\s+)?(?:(${NAME})\\.)?${NAME}`,
  'i',
)
const DROP = new RegExp(
  `^DROP\\s+INDEX\\s+CONCURRENTLY\\s+(?:IF\\s+EXISTS\\s+)?((?:${NAME}\\.)?${NAME})\\s*(?:;|$)`,
  'i',
)
const COMMENTS = /--[^\n]*|\/\*[\s\S]*?\*\//g

/** A file without a transaction is one statement. */
function concurrentIndexIn(sql: string): ConcurrentIndex | undefined {
  const statement = sql.replaceAll(COMMENTS, '').trim()
  const made = CREATE.exec(statement)
  // An index is in the schema of its table.
  if (made !== null)
    return { action: 'create', name: [made[2], made[1]!].filter((part) => part !== undefined).join('.') }
  const dropped = DROP.exec(statement)
  return dropped === null ? undefined : { action: 'drop', name: dropped[1]! }
}

async function stateOf(client: Client, name: string): Promise<'valid' | 'invalid' | undefined> {
  const { rows } = await client.query<{ valid: boolean }>(
    'SELECT indisvalid AND indisready AS valid FROM pg_index WHERE indexrelid = to_regclass($1)',
    [name],
  )
  const [found] = rows
  if (found === undefined) return undefined
  return found.valid ? 'valid' : 'invalid'
}
