import { Client, type ClientConfig } from 'pg'
import type { App } from '../../app/app.ts'
import { isDatabase, partsOf } from '../../app/parts.ts'
import { firstConnection } from '../../data/connect-error.ts'
import { directUrlOf } from '../../data/connection.ts'
import type { Database } from '../../data/database.ts'
import { locate } from '../../data/location.ts'
import { CommandError } from '../command-error.ts'

/** A database of an app, found but not migrated. */
export interface AppDatabase {
  readonly database: Database
  /** Of the server itself, past a pooler. */
  readonly url: string
  readonly embedded: boolean
}

export function databasesOf(app: App): readonly Database[] {
  return partsOf(app.definition).filter(isDatabase)
}

/** @throws CommandError where the app has none, none of that name, or several and none is named. */
export function databaseOf(app: App, name: string | undefined): Database {
  const all = databasesOf(app)
  const names = all.map((database) => database.name).join(', ')
  if (all.length === 0)
    throw new CommandError('The app has no database.', {
      hint: 'Declare one, and give it to createApp as `database`: createApp({ database: database(), ... })',
    })
  if (name === undefined) {
    if (all.length === 1) return all[0]!
    throw new CommandError(`The app has several databases: ${names}.`, { hint: 'Name one: --database NAME' })
  }
  const found = all.find((database) => database.name === name)
  if (found !== undefined) return found
  throw new CommandError(`The app has no database "${name}".`, { hint: `It has: ${names}` })
}

/** Finds the database, starts the embedded server for it where that is the one, and leaves it when the work is done. Nothing is migrated. */
export async function withDatabase<T>(database: Database, work: (found: AppDatabase) => Promise<T>): Promise<T> {
  const { url, embedded } = database.options
  const located = await locate({
    name: database.name,
    ...(url !== undefined && { url }),
    ...(embedded !== undefined && { embedded }),
  })
  const direct = located.embedded ? undefined : directUrlOf(database.options)
  try {
    return await work({ database, url: direct ?? located.url, embedded: located.embedded })
  } finally {
    await located.leave()
  }
}

/** A connection for one piece of work. */
export async function connected<T>(
  url: string,
  work: (client: Client) => Promise<T>,
  config: ClientConfig = {},
): Promise<T> {
  const client = new Client({ ...config, connectionString: url })
  // One that breaks is told to the statement that runs; without a listener it would end the process.
  client.on('error', () => {})
  await firstConnection(url, () => client.connect())
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
