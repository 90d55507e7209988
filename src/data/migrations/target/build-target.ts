import type { ClientBase, DatabaseError } from 'pg'
import type { Catalog } from '../catalog/catalog.ts'
import type { TargetStatements } from './statements.ts'

const UNKNOWN_TYPES = ['42704', '42883']
const MISSING_RELATION = '42P01'

interface BuildOptions {
  readonly current: Catalog
  readonly target: TargetStatements
  readonly extra: readonly string[]
}

/**
 * Turns a database that the migrations have made into one as the code declares it. What the code cannot declare stays: extensions, functions,
 * domains. So types and functions that a migration made by hand are there for the tables. Needs a transaction.
 */
export async function buildTarget(client: ClientBase, { current, target, extra }: BuildOptions): Promise<void> {
  await clear(client, current)
  const { statements, views, rowSecurity } = target
  for (const statement of statements) await run(client, statement)
  await makeViews(client, views)
  for (const statement of rowSecurity) await run(client, statement)
  if (extra.length > 0) await client.query('CREATE SCHEMA IF NOT EXISTS ashlar')
  for (const statement of extra) await run(client, statement)
}

async function clear(
  client: ClientBase,
  { views, tables, sequences, enums, functions, schemas }: Catalog,
): Promise<void> {
  for (const { sql, materialized } of views) {
    await client.query(`DROP ${materialized ? 'MATERIALIZED ' : ''}VIEW IF EXISTS ${sql} CASCADE`)
  }
  for (const { sql } of tables) await client.query(`DROP TABLE ${sql} CASCADE`)
  for (const { sql } of sequences) await client.query(`DROP SEQUENCE ${sql} CASCADE`)
  for (const { sql } of enums) await client.query(`DROP TYPE ${sql} CASCADE`)
  for (const { sql } of functions) await client.query(`DROP ROUTINE ${sql} CASCADE`)
  for (const { sql } of schemas) await dropWhereEmpty(client, sql)
}

const IN_USE = '2BP01'

/** A schema may hold what is made by hand. */
async function dropWhereEmpty(client: ClientBase, schema: string): Promise<void> {
  try {
    await attempt(client, `DROP SCHEMA ${schema}`)
  } catch (error) {
    if ((error as DatabaseError).code !== IN_USE) throw error
  }
}

/** A failure ends nothing but the statement. */
async function attempt(client: ClientBase, statement: string): Promise<void> {
  await client.query('SAVEPOINT attempt')
  try {
    await client.query(statement)
  } catch (error) {
    await client.query('ROLLBACK TO SAVEPOINT attempt')
    throw error
  }
}

/** One view may read another: those whose turn has not come are tried again after the others. */
async function makeViews(client: ClientBase, views: readonly string[]): Promise<void> {
  let left = views
  while (left.length > 0) {
    const failed: { readonly statement: string; readonly error: unknown }[] = []
    for (const statement of left) {
      try {
        await run(client, statement)
      } catch (error) {
        if (((error as Error).cause as DatabaseError | undefined)?.code !== MISSING_RELATION) throw error
        failed.push({ statement, error })
      }
    }
    if (failed.length === left.length) throw failed[0]!.error
    left = failed.map(({ statement }) => statement)
  }
}

async function run(client: ClientBase, statement: string): Promise<void> {
  try {
    await attempt(client, statement)
  } catch (cause) {
    const { message, code = '' } = cause as DatabaseError
    const hint = UNKNOWN_TYPES.includes(code)
      ? ' Where it comes from an extension, or is a type or function made by hand, write the migration that makes it first, such as CREATE EXTENSION.'
      : ''
    throw new Error(
      `PostgreSQL does not take what the tables in code declare: ${message}.${hint}\nThe statement was:\n${statement}`,
      {
        cause,
      },
    )
  }
}
