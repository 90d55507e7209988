import { createRequire } from 'node:module'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { once } from 'node:events'
import { type Pool, type PoolClient } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { database } from '../database.ts'
import { createPool } from '../pool.ts'
import { silentProxy } from '../silent-proxy.fixture.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'
import { PREPARED_MAX } from './prepared-statements.ts'
import type { RowSet } from './row-set.ts'
import { clientRunner, wireClient, type Runner } from './runner.ts'
import { parameterOf } from './values.ts'

let own: TestDatabase<Record<string, never>>

beforeAll(async () => {
  own = await createTestDatabase(database())
})
afterAll(() => own.drop())

const all = (rows: RowSet): unknown[] => Array.from({ length: rows.length }, (_, row) => rows.texts(row))

describe('statements whose rows stay as they were sent', () => {
  let pool: Pool
  let client: PoolClient
  let runner: Runner

  beforeEach(async () => {
    pool = createPool(own.url, {})
    client = await pool.connect()
    runner = clientRunner(client)
  })
  afterEach(async () => {
    client.release(true)
    await pool.end()
  })

  const run = (text: string, values: readonly unknown[] = [], name: string | undefined = text): Promise<RowSet> =>
    runner.run({ text, name }, values)

  test('run in order with those of pg, on one connection, without waiting for each other', async () => {
    const results = await Promise.all([
      client.query('BEGIN'),
      run('SELECT txid_current()'),
      client.query({ text: 'SELECT txid_current() AS id', name: 'pg' }),
      run('SELECT txid_current()'),
      client.query('SELECT generate_series(1, 3) AS n'),
      run('SELECT generate_series($1::int, $2)', [4, 6]),
      client.query('COMMIT'),
    ] as const)
    const id = results[1].text(0, 0)
    expect(id).toMatch(/^\d+$/)
    expect(results[2].rows).toEqual([{ id }])
    expect(results[3].text(0, 0)).toBe(id)
    expect(results[4].rows).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
    expect(all(results[5])).toEqual([['4'], ['5'], ['6']])
    expect(client.getTransactionStatus()).toBe('I')
  })

  test('tell their command and how many rows it was about', async () => {
    await run('CREATE TEMP TABLE counted (n int)')
    expect(await run('INSERT INTO counted SELECT generate_series(1, 12)')).toMatchObject({
      command: 'INSERT',
      affected: 12,
      length: 0,
    })
    expect(await run('UPDATE counted SET n = 0 WHERE n < $1 RETURNING n', [4])).toMatchObject({
      command: 'UPDATE',
      affected: 3,
      length: 3,
    })
    expect(await run('SELECT * FROM counted')).toMatchObject({ command: 'SELECT', affected: 12 })
    expect(await run('BEGIN')).toMatchObject({ command: 'BEGIN', affected: 0 })
    expect(await run('')).toMatchObject({ command: '', affected: 0, length: 0 })
  })

  test('fail alone: what was sent behind is answered', async () => {
    const outcomes = await Promise.allSettled([
      run('SELECT 1'),
      run('SELECT 1 / $1::int', [0]),
      run('SELECT nonsense'),
      run('SELECT nonsense'),
      client.query('SELECT 1 / 0'),
      run('SELECT 2'),
      client.query('SELECT 3 AS three'),
    ])
    expect(
      outcomes.map((each) => (each.status === 'rejected' ? (each.reason as { code: string }).code : 'answered')),
    ).toEqual(['answered', '22012', '42703', '42703', '22012', 'answered', 'answered'])
    expect(all(await run('SELECT 2'))).toEqual([['2']])
  })

  test('are answered among notices, settings and notifications', async () => {
    const notices: unknown[] = []
    const notified = once(client as never, 'notification')
    client.on('notice', ({ message }) => notices.push(message))
    await client.query('LISTEN wire_events')
    const sql = `CREATE FUNCTION pg_temp.speak() RETURNS SETOF int LANGUAGE plpgsql AS $$ BEGIN
      RETURN NEXT 1; RAISE NOTICE 'in between'; SET application_name = 'changed'; PERFORM pg_notify('wire_events', 'told'); RETURN NEXT 2; END $$`
    await client.query(sql)
    expect(all(await run('SELECT pg_temp.speak()'))).toEqual([['1'], ['2']])
    expect(notices).toEqual(['in between'])
    expect(await notified).toMatchObject([{ channel: 'wire_events', payload: 'told' }])
  })

  test('have rows and values of any size', async () => {
    const large = '漢x'.repeat(400_000)
    const [rows, echo] = await Promise.all([
      run(`SELECT n, repeat(chr(120), n * 997) FROM generate_series(0, 300) n`),
      run('SELECT $1::text, NULL, $2::bytea', [large, Buffer.alloc(300_000, 7)]),
    ])
    const lengths = Array.from({ length: rows.length }, (_, row) => rows.text(row, 1)?.length)
    expect(lengths).toEqual(Array.from({ length: 301 }, (_, n) => n * 997))
    expect(echo.text(0, 0)).toBe(large)
    expect(echo.text(0, 1)).toBeNull()
    expect(echo.text(0, 2)).toBe(`\\x${'07'.repeat(300_000)}`)
  })

  test('keep their rows while later ones are received, until they are released', async () => {
    const sql = 'SELECT n, repeat(chr(65 + $1), 300) FROM generate_series(1, 100) n'
    const expected = (letter: number): unknown[] =>
      Array.from({ length: 100 }, (_, n) => [String(n + 1), String.fromCharCode(65 + letter).repeat(300)])
    const kept: RowSet[] = []
    for (let letter = 0; letter < 20; letter += 1) {
      const rows = await run(sql, [letter])
      expect(all(rows)).toEqual(expected(letter))
      if (letter % 3 === 0) kept.push(rows)
      else rows.release()
    }
    for (const [index, rows] of kept.entries()) expect(all(rows)).toEqual(expected(index * 3))
    kept[0]!.release()
    expect(() => kept[0]!.texts(0)).toThrow('There is no row 0: the result has 0, or was released.')
  })

  test('of COPY are refused, and the connection goes on', async () => {
    await client.query('CREATE TEMP TABLE copied (n int)')
    await expect(run('COPY copied FROM STDIN')).rejects.toMatchObject({ code: '57014' })
    expect(all(await run('SELECT 1'))).toEqual([['1']])
    expect(await run('COPY (SELECT 1) TO STDOUT')).toMatchObject({ command: 'COPY', length: 0 })
  })

  test('cannot be sent with values that have no form: the others are', async () => {
    const circular: { self?: unknown } = {}
    circular.self = circular
    await expect(run('SELECT $1::jsonb', [circular])).rejects.toThrow('circular')
    await expect(run('SELECT 1', Array.from({ length: 70_000 }))).rejects.toThrow('65535')
    await expect(run('SELECT 1 \0')).rejects.toThrow('U+0000')
    expect(all(await run('SELECT $1::jsonb', [{ a: 1 }]))).toEqual([['{"a": 1}']])
  })

  describe('prepared once for each connection', () => {
    const prepared = async (): Promise<string[]> =>
      (await client.query<{ statement: string }>('SELECT statement FROM pg_prepared_statements ORDER BY 1')).rows.map(
        (row) => row.statement,
      )

    test('are parsed by their first run only', async () => {
      await Promise.all([run('SELECT $1::int', [1]), run('SELECT $1::int', [2])])
      expect(all(await run('SELECT $1::int', [3]))).toEqual([['3']])
      expect(await prepared()).toEqual(['SELECT $1::int'])
    })

    test('leave none behind without a name, or where none may be', async () => {
      await runner.run({ text: 'SELECT 1', name: undefined }, [])
      await clientRunner(client, { prepare: false }).run({ text: 'SELECT 2', name: 'two' }, [])
      expect(await prepared()).toEqual([])
    })

    test('go on after a migration that changes their columns', async () => {
      await client.query('CREATE TEMP TABLE changing (a int); INSERT INTO changing VALUES (1)')
      expect(all(await run('SELECT * FROM changing'))).toEqual([['1']])
      await client.query(`ALTER TABLE changing ADD b text DEFAULT 'new'`)
      const both = await Promise.all([run('SELECT * FROM changing'), run('SELECT * FROM changing')])
      expect(both.map(all)).toEqual([[['1', 'new']], [['1', 'new']]])
      expect(await prepared()).toEqual(['SELECT * FROM changing'])
    })

    test('go on after a migration that changes the form in which a column comes', async () => {
      const id = '01890000-0000-7000-8000-000000000001'
      await client.query(`CREATE TEMP TABLE typed (id uuid); INSERT INTO typed VALUES ('${id}')`)
      await run('SELECT * FROM typed')
      expect(await run('SELECT * FROM typed')).toMatchObject({ binary: { types: ['uuid'] } })
      await client.query('ALTER TABLE typed ALTER id TYPE text')
      const changed = await run('SELECT * FROM typed')
      expect([changed.binary, all(changed)]).toEqual([undefined, [[id]]])
      await client.query('ALTER TABLE typed ALTER id TYPE uuid USING id::uuid')
      expect(all(await run('SELECT * FROM typed'))).toEqual([[id]])
      expect(all(await run('SELECT * FROM typed'))).toEqual([[id]])
    })

    test('go on after they were deallocated', async () => {
      await run('SELECT 5')
      await client.query('DEALLOCATE ALL')
      expect(all(await run('SELECT 5'))).toEqual([['5']])
    })

    test('fail in a transaction, which is lost, and not after it', async () => {
      await client.query('CREATE TEMP TABLE changed (a int)')
      await run('SELECT * FROM changed')
      await client.query('ALTER TABLE changed ADD b int')
      await client.query('BEGIN')
      await expect(run('SELECT * FROM changed')).rejects.toMatchObject({ code: '0A000' })
      await client.query('ROLLBACK; BEGIN')
      expect(await run('SELECT * FROM changed')).toMatchObject({ command: 'SELECT' })
      await client.query('COMMIT')
    })

    test('are bounded: the one used longest ago makes room', async () => {
      for (let n = 0; n < PREPARED_MAX; n += 1) await run(`SELECT ${n}`)
      await run('SELECT 0')
      await Promise.all([run('SELECT 1000'), run('SELECT 1001')])
      const names = await prepared()
      expect(names).toHaveLength(PREPARED_MAX)
      expect(names).toContain('SELECT 0')
      expect(names).not.toContain('SELECT 1')
      expect(names).not.toContain('SELECT 2')
    })

    test('have one text for each name', async () => {
      await run('SELECT 1', [], 'same')
      await expect(run('SELECT 2', [], 'same')).rejects.toThrow('"same" already stands for another text')
    })
  })
})

test('a client of another pool is told apart', () => {
  expect(() => wireClient({})).toThrow('not one of createPool()')
})

describe('values are sent as pg sends them', () => {
  const { prepareValue } = createRequire(import.meta.url)('pg/lib/utils.js') as {
    prepareValue: (value: unknown) => unknown
  }

  test.each([
    [null],
    [undefined],
    ['text'],
    [''],
    [1.5],
    [-0],
    [Number.NaN],
    [10n ** 30n],
    [true],
    [false],
    [[1, null, ['a"\\b']]],
    [{ a: [1] }],
    [new Date(0)],
    [Buffer.from('x')],
    [new Uint8Array([1, 2])],
    [{ toPostgres: () => 'own' }],
  ])('%o', (value) => {
    expect(parameterOf(value)).toEqual(prepareValue(value))
  })
})

describe('a connection', () => {
  test('may bring its bytes in any pieces', async () => {
    const target = await fragmenting(own.url)
    const pool = createPool(target.url, {})
    const client = await pool.connect()
    const runner = clientRunner(client)
    const sql = { text: 'SELECT n, repeat(chr(97), n) FROM generate_series(1, 60) n', name: 'pieces' }
    const [first, between, second] = await Promise.all([
      runner.run(sql, []),
      client.query('SELECT 1 AS one'),
      runner.run(sql, []),
    ])
    const expected = Array.from({ length: 60 }, (_, n) => [String(n + 1), 'a'.repeat(n + 1)])
    expect(all(first)).toEqual(expected)
    expect(all(second)).toEqual(expected)
    expect(between.rows).toEqual([{ one: 1 }])
    client.release()
    await pool.end()
    target.server.close()
  })

  test('is waited for as long as each of its statements keeps its limit, however many they are', async () => {
    const pool = createPool(own.url, { limits: { statementTimeoutMs: 400, lockTimeoutMs: 400 } })
    const client = await pool.connect()
    const runner = clientRunner(client)
    const sleeping = Array.from({ length: 8 }, () => runner.run({ text: 'SELECT pg_sleep(0.1)', name: 'sleep' }, []))
    expect((await Promise.all(sleeping)).map(({ length }) => length)).toEqual(sleeping.map(() => 1))
    client.release()
    await pool.end()
  })

  test('that has fallen silent is given up a while after the limit of its statement', async () => {
    const proxy = await silentProxy(own.url)
    const pool = createPool(proxy.url, { limits: { statementTimeoutMs: 1000, lockTimeoutMs: 1000 } })
    const client = await pool.connect()
    const runner = clientRunner(client)
    await runner.run({ text: 'SELECT 1', name: 'one' }, [])
    proxy.silence()
    const waiting = [
      runner.run({ text: 'SELECT 1', name: 'one' }, []),
      runner.run({ text: 'SELECT 2', name: 'two' }, []),
    ]
    const outcomes = await Promise.allSettled(waiting)
    expect(outcomes).toMatchObject([
      { reason: { code: 'database_unavailable', cause: { message: 'Query read timeout' } } },
      { reason: { code: 'database_unavailable', cause: { message: 'Connection terminated unexpectedly' } } },
    ])
    client.release(true)
    await expect(runner.run({ text: 'SELECT 1', name: 'one' }, [])).rejects.toMatchObject({
      code: 'database_unavailable',
    })
    proxy.close()
    await pool.end()
  })
})

/** A way to the server that hands on what it says in pieces of 1 to 13 bytes. */
async function fragmenting(target: string): Promise<{ readonly url: string; readonly server: Server }> {
  const to = new URL(target)
  const folder = to.searchParams.get('host')
  const address =
    folder === null ? { host: to.hostname, port: Number(to.port) } : { path: `${folder}/.s.PGSQL.${to.port}` }
  const server = createServer((client) => {
    const upstream = connect(address)
    client.setNoDelay(true)
    client.pipe(upstream)
    client.on('error', () => upstream.destroy())
    void (async () => {
      let size = 1
      for await (const chunk of upstream as AsyncIterable<Buffer>) {
        for (let at = 0; at < chunk.length; at += size) {
          size = 1 + ((size * 5) % 13)
          await new Promise<void>((resolve) => client.write(chunk.subarray(at, at + size), () => resolve()))
        }
      }
    })().catch(() => client.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  to.searchParams.delete('host')
  to.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url: to.href, server }
}
