import type { PgTable } from 'drizzle-orm/pg-core'
import type { ClientBase } from 'pg'
import { readAdviceCatalog } from './catalog.ts'
import type { IndexAdvice } from './index-advice.ts'
import type { IndexUse } from './index-use.ts'
import { missingIndexes } from './missing.ts'
import { needsOf } from './need.ts'
import { superfluousIndexes } from './superfluous.ts'

/** What indexes are judged by. */
export interface AdviseInput {
  /** A connection that is not in a transaction. Nothing is changed. */
  readonly client: ClientBase
  /** What is declared. Foreign keys are found in the database. */
  readonly uses: readonly IndexUse[]
  /** Tables by whose keys the lines for Drizzle are written, besides those of the uses. */
  readonly tables?: readonly PgTable[]
}

/**
 * Says which filters, orders, searches and foreign keys have no index that serves them, and which indexes are invalid, superfluous, or on a
 * large table never used. A filter is served by an index that begins with its column, an order by one that begins with the columns in it. Tables
 * that the database does not have are passed over.
 *
 * `ashlar db advise` prints it.
 *
 * @example
 * const db = database({ schema: tables })
 * await db.start()
 * const client = await db.pool.connect()
 * const uses: IndexUse[] = [{ table: tables.posts, kind: 'sort', columns: ['title', 'id'], from: 'posts.list' }]
 * for (const { message, statement } of await adviseIndexes({ client, uses })) console.log(message, statement)
 * client.release()
 * @throws TypeError for a column that the table or the database does not have.
 */
export async function adviseIndexes({ client, uses, tables = [] }: AdviseInput): Promise<readonly IndexAdvice[]> {
  // One snapshot; what is set for the planner ends with it.
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  try {
    const catalog = await readAdviceCatalog(client)
    const needs = needsOf(catalog, uses, [...tables, ...uses.map(({ table }) => table)])
    return [...(await missingIndexes(client, catalog, needs)), ...superfluousIndexes(catalog, needs)]
  } finally {
    await client.query('ROLLBACK')
  }
}
