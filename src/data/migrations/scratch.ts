import type { Client, ClientBase } from 'pg'
import { checkUrl } from '../connect-error.ts'
import { database, type DatabaseOptions } from '../database.ts'
import { createTestDatabase, embeddedTestServer } from '../test-database.ts'
import { withConnection } from './connection.ts'
import { migrateFiles } from './migrate.ts'
import type { MigrationFile } from './migration-files.ts'

export interface ScratchOptions {
  readonly embedded?: DatabaseOptions['embedded']
  /** A server where throw-away databases may be made. Default: the project's embedded server for tests. */
  readonly scratchUrl?: string
}

/** Gives throw-away databases. */
export interface Scratch {
  /** With these migrations applied. It is dropped when `work` has ended. */
  withDatabase<T>(files: readonly MigrationFile[], work: (client: Client, url: string) => Promise<T>): Promise<T>
}

/** Runs `work` with a server for throw-away databases: never the one that has the app's data. */
export async function withScratch<T>(options: ScratchOptions, work: (scratch: Scratch) => Promise<T>): Promise<T> {
  const { scratchUrl = process.env.ASHLAR_SCRATCH_URL } = options
  const server =
    scratchUrl !== undefined && scratchUrl !== ''
      ? { url: checkUrl(scratchUrl), leave: () => Promise.resolve() }
      : await embeddedTestServer(options.embedded === undefined ? {} : { embedded: options.embedded })
  try {
    return await work({ withDatabase: (files, use) => withDatabase(server.url, files, use) })
  } finally {
    await server.leave()
  }
}

async function withDatabase<T>(
  url: string,
  files: readonly MigrationFile[],
  work: (client: Client, url: string) => Promise<T>,
): Promise<T> {
  const own = await createTestDatabase(database({ url }))
  try {
    await migrateFiles(own.url, files)
    return await withConnection(own.url, async (client) => {
      await client.query('SET search_path = public')
      return work(client, own.url)
    })
  } finally {
    await own.drop()
  }
}

/** Runs `work` in a transaction that is undone: the database is as before. */
export async function rehearse<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN')
  try {
    return await work()
  } finally {
    await client.query('ROLLBACK')
  }
}
