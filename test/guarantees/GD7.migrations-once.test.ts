import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { database } from 'ashlar/data'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../src/data/test-database.ts'

/** GD7: migrations are locked, transactional, checked by checksum, resumable; processes that start together apply each file once. */
let own: TestDatabase<Record<string, never>>
let folder: string
let children: ChildProcess[]
let clients: Client[]

beforeEach(async () => {
  own = await createTestDatabase(database())
  folder = mkdtempSync(join(tmpdir(), 'ashlar-gd7-'))
  children = []
  clients = []
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(clients.map((client) => client.end()))
  await own.drop()
  rmSync(folder, { recursive: true })
})

type Outcome = { readonly applied: readonly string[]; readonly error?: undefined } | { readonly error: string }

interface Migrating {
  readonly child: ChildProcess
  readonly outcome: Promise<Outcome>
}

function start(): Migrating {
  const file = fileURLToPath(new URL('migrate-process.main.ts', import.meta.url))
  const child = fork(file, [own.url, folder], { execArgv: ['--conditions=ashlar-source'] })
  children.push(child)
  return { child, outcome: once(child, 'message').then(([said]) => said as Outcome) }
}

const write = (name: string, sql: string): void => writeFileSync(join(folder, name), sql)

async function connect(): Promise<Client> {
  const client = new Client({ connectionString: own.url })
  client.on('error', () => {})
  await client.connect()
  clients.push(client)
  return client
}

/** Asks until it is so: what happens in another process and in the server tells nobody. */
async function until(client: Client, sql: string): Promise<void> {
  while ((await client.query(sql)).rowCount === 0) await pause(20)
}

async function kill({ child }: Migrating): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

const FILES = ['0001_entries.sql', '0002_fill.sql', '0003_entries_n.sql']

function writeFiles(): void {
  write(FILES[0]!, 'CREATE TABLE entries (n integer)')
  write(FILES[1]!, 'INSERT INTO entries SELECT generate_series(1, 1000)')
  write(FILES[2]!, '-- ashlar: no-transaction\nCREATE INDEX CONCURRENTLY entries_n ON entries (n);')
}

const WAITS = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`

describe('GD7: migrations', () => {
  test('are applied once by eight processes that start together, those without a transaction too', async () => {
    writeFiles()
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => start().outcome))
    expect(outcomes.flatMap(({ error }) => error ?? [])).toEqual([])
    expect(outcomes.flatMap((outcome) => (outcome.error === undefined ? outcome.applied : []))).toEqual(FILES)
    const client = await connect()
    expect((await client.query('SELECT FROM entries')).rowCount).toBe(1000)
    expect((await client.query('SELECT FROM ashlar_migrations')).rowCount).toBe(3)
    expect(
      (await client.query("SELECT FROM pg_index WHERE indexrelid = 'entries_n'::regclass AND indisvalid")).rowCount,
    ).toBe(1)
  })

  test('of which one was killed in the middle of a transaction leave nothing of it, and go on', async () => {
    write('0001_entries.sql', 'CREATE TABLE entries (n integer); CREATE TABLE gate ()')
    expect(await start().outcome).toEqual({ applied: ['0001_entries.sql'] })
    write('0002_fill.sql', 'INSERT INTO entries VALUES (1); LOCK TABLE gate; INSERT INTO entries VALUES (2)')
    const holder = await connect()
    await holder.query('BEGIN; LOCK TABLE gate')
    const killed = start()
    const observer = await connect()
    await until(observer, WAITS)
    await kill(killed)
    await holder.query('COMMIT')
    expect(await start().outcome).toEqual({ applied: ['0002_fill.sql'] })
    expect((await observer.query('SELECT n FROM entries ORDER BY n')).rows).toEqual([{ n: 1 }, { n: 2 }])
  })

  test.each([
    ['with its connection: the index it left half built is built anew', true],
    ['while the server goes on and ends the index: it is not built twice', false],
  ])('of which one was killed in a concurrent index, %s', async (_what, connectionToo) => {
    writeFiles()
    rmSync(join(folder, FILES[2]!))
    expect(await start().outcome).toEqual({ applied: FILES.slice(0, 2) })
    writeFiles()
    const holder = await connect()
    // The index waits for transactions that could still write without it.
    await holder.query('BEGIN; INSERT INTO entries VALUES (0)')
    const killed = start()
    const observer = await connect()
    await until(observer, WAITS)
    expect(
      (await observer.query("SELECT FROM pg_index WHERE indexrelid = 'entries_n'::regclass AND NOT indisvalid"))
        .rowCount,
    ).toBe(1)
    await kill(killed)
    if (connectionToo) {
      await observer.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%CONCURRENTLY%' AND pid <> pg_backend_pid()",
      )
    }
    await holder.query('COMMIT')
    expect(await start().outcome).toEqual({ applied: [FILES[2]] })
    expect(
      (await observer.query("SELECT FROM pg_index WHERE indrelid = 'entries'::regclass AND indisvalid")).rowCount,
    ).toBe(1)
    expect(
      (await observer.query('SELECT name FROM ashlar_migrations WHERE duration_ms >= 0 ORDER BY name')).rowCount,
    ).toBe(3)
    expect(await start().outcome).toEqual({ applied: [] })
  })

  test('that were changed after they had been applied are refused', async () => {
    writeFiles()
    expect(await start().outcome).toEqual({ applied: FILES })
    write(FILES[1]!, 'INSERT INTO entries SELECT generate_series(1, 999)')
    expect(await start().outcome).toEqual({
      error: expect.stringContaining('0002_fill.sql was changed after it had been applied') as string,
    })
  })
})
