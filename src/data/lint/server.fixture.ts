import { Client } from 'pg'
import { afterAll, beforeAll, vi } from 'vitest'
import { database } from '../database.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'

export interface Server {
  /** Another connection, closed after the tests. */
  connect(): Promise<Client>
}

/** A database of the embedded server, PostgreSQL 18, for the tests of a file. */
export function embeddedServer(): Server {
  let own: TestDatabase<Record<string, never>>
  const clients: Client[] = []
  beforeAll(async () => {
    vi.stubEnv('DATABASE_URL', undefined)
    own = await createTestDatabase(database())
  })
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end()))
    await own.drop()
    vi.unstubAllEnvs()
  })
  return {
    connect: async () => {
      const client = new Client({ connectionString: own.url })
      clients.push(client)
      await client.connect()
      return client
    },
  }
}
