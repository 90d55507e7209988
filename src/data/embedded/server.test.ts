import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureDatabase } from './app-database.ts'
import { instanceIn, type Instance } from './instance.ts'
import { takeLease } from './lease.ts'
import { postmasterFile } from './postmaster.ts'
import { joinServer } from './server.ts'

// The loopback is what Windows uses; it runs everywhere.
describe.each([
  { by: 'a unix socket', loopback: false },
  { by: 'the loopback address', loopback: true },
])('a server reached by $by', ({ loopback }) => {
  const root = mkdtempSync(join(tmpdir(), 'ashlar-server-'))
  chmodSync(root, 0o755)
  let instance: Instance

  beforeAll(() => {
    instance = instanceIn({ root, name: 'blog' }, { durable: false }, loopback)
  })
  afterAll(() => rmSync(root, { recursive: true, maxRetries: 10, retryDelay: 50 }))

  const ask = async (url: string, query: string): Promise<Record<string, unknown>> => {
    const client = new Client({ connectionString: url })
    await client.connect()
    try {
      const { rows } = await client.query<Record<string, unknown>>(query)
      return rows[0] ?? {}
    } finally {
      await client.end()
    }
  }

  test('is made, started, joined, and stopped by its last user', async () => {
    const [first, second] = await Promise.all([joinServer(instance), joinServer(instance)])
    expect(second.endpoint).toEqual(first.endpoint)
    const url = await ensureDatabase(first.endpoint, 'blog')
    await first.leave()
    expect(await ask(url, 'SELECT current_database() AS name')).toEqual({ name: 'blog' })
    await second.leave()
    expect(existsSync(postmasterFile(instance))).toBe(false)
    await expect(ask(url, 'SELECT 1')).rejects.toThrow()
  })

  // By the address the supervisor itself waits until the server is ready.
  test.skipIf(loopback)('is joined while another is starting it, and then takes connections', async () => {
    const starter = joinServer(instance)
    let supervised = await takeLease(instance)
    while (supervised === undefined) supervised = await setImmediate().then(() => takeLease(instance))
    const joined = await joinServer(instance)
    const client = new Client({ ...joined.endpoint, user: 'ashlar', database: 'postgres' })
    await expect(client.connect()).resolves.not.toThrow()
    await client.end()
    await joined.leave()
    await (await starter).leave()
    await supervised.release()
  })

  test.skipIf(loopback)('outlives a user whom it cannot answer, and is still stopped by the last one', async () => {
    const first = await joinServer(instance)
    const running = readFileSync(postmasterFile(instance), 'utf8')
    // A file that cannot be made, as on a full disk.
    writeFileSync(instance.lease, 'missing/stranger\n')
    const second = await joinServer(instance)
    expect(readFileSync(postmasterFile(instance), 'utf8')).toBe(running)
    await first.leave()
    await second.leave()
    expect(existsSync(postmasterFile(instance))).toBe(false)
  })

  test('keeps its data for the next start, and serves apps that are no superusers', async () => {
    const server = await joinServer(instance)
    const url = await ensureDatabase(server.endpoint, 'blog')
    await ask(url, 'CREATE TABLE IF NOT EXISTS kept (n integer)')
    await server.leave()
    const again = await joinServer(instance)
    const next = await ensureDatabase(again.endpoint, 'blog')
    expect(await ask(next, "SELECT to_regclass('kept')::text AS name")).toEqual({ name: 'kept' })
    expect(await ask(next, "SELECT current_setting('is_superuser') AS super")).toEqual({ super: 'off' })
    expect(
      await ask(
        next,
        'SELECT datcollate, datlocprovider, pg_encoding_to_char(encoding) AS encoding FROM pg_database LIMIT 1',
      ),
    ).toEqual({
      datcollate: 'C',
      datlocprovider: 'b',
      encoding: 'UTF8',
    })
    await again.leave()
  })

  test('listens on no network port, or asks for its password', async () => {
    const server = await joinServer(instance)
    const url = await ensureDatabase(server.endpoint, 'blog')
    if (loopback) {
      const guess = new URL(url)
      guess.password = 'guess'
      await expect(ask(guess.href, 'SELECT 1')).rejects.toThrow('password authentication failed')
    } else {
      expect(await ask(url, 'SHOW listen_addresses')).toEqual({ listen_addresses: '' })
    }
    await server.leave()
  })

  test('of another major version or platform is refused with what to do', async () => {
    const version = join(instance.data, 'PG_VERSION')
    writeFileSync(version, '17\n')
    await expect(joinServer(instance)).rejects.toThrow(/made by PostgreSQL 17.*pg_dump/)
    writeFileSync(version, '18\n')
    const platform = join(instance.data, 'ashlar.platform')
    const own = readFileSync(platform, 'utf8')
    writeFileSync(platform, 'plan9-mips')
    await expect(joinServer(instance)).rejects.toThrow(/made on plan9-mips.*DATABASE_URL/)
    writeFileSync(platform, own)
  })

  test('that cannot start says why', async () => {
    const control = join(instance.data, 'global', 'pg_control')
    const whole = readFileSync(control)
    rmSync(control)
    await expect(joinServer(instance)).rejects.toThrow(/did not start.*could not find the database system/s)
    writeFileSync(control, whole)
  })
})
