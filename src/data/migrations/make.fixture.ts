import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { database, type Database } from '../database.ts'
import type { DrizzleSchema } from '../drizzle.ts'
import { createTestDatabase, embeddedTestServer, type TestDatabase } from '../test-database.ts'
import { makeMigration, type MadeMigration, type MakeOptions } from './make.ts'
import { migrate } from './migrate.ts'

/** A folder of migrations and a database they are applied to. */
export interface Workshop {
  readonly folder: string
  readonly url: string
  /** Writes the migration to `schema` and applies it. */
  make(schema: DrizzleSchema, options?: Partial<MakeOptions>): Promise<MadeMigration>
  declared(schema: DrizzleSchema): Database<DrizzleSchema>
  /** Everything that was written, file after file. */
  text(files: MadeMigration['files']): string
  query<T>(sql: string): Promise<readonly T[]>
  end(): Promise<void>
}

/** On the embedded server, also where DATABASE_URL is set: there the throw-away databases are too. */
export async function openWorkshop(): Promise<Workshop> {
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-make-'))
  const server = await embeddedTestServer({})
  const own: TestDatabase<Record<string, never>> = await createTestDatabase(database({ url: server.url }))
  const client = new Client({ connectionString: own.url })
  client.on('error', () => {})
  await client.connect()
  const declared = (schema: DrizzleSchema): Database<DrizzleSchema> =>
    database<DrizzleSchema>({ url: own.url, schema, migrations: folder, migrate: 'manual' })
  return {
    folder,
    url: own.url,
    declared,
    make: async (schema, options = {}) => {
      const made = await makeMigration({ database: declared(schema), name: 'change', ...options })
      await migrate(own.url, folder)
      return made
    },
    text: (files) => files.map(({ path }) => readFileSync(path, 'utf8')).join('\n'),
    query: async <T>(sql: string) => (await client.query(sql)).rows as readonly T[],
    end: async () => {
      await client.end()
      await own.drop()
      await server.leave()
      rmSync(folder, { recursive: true })
    },
  }
}
