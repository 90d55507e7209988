import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { database, type IndexAdvice } from '../../data/index.ts'
import { createTestDatabase, type TestDatabase } from '../../data/test-database.ts'
import { appFile, CommandProcess, runCommand } from '../test/command.ts'

const app = appFile('shop/app.ts')
const seed = appFile('shop/seed.ts')
const twoDatabases = appFile('two-databases.ts')
let own: TestDatabase<Record<string, never>>
let env: { readonly DATABASE_URL: string }

beforeAll(async () => {
  own = await createTestDatabase(database())
  env = { DATABASE_URL: own.url }
})
afterAll(() => own.drop())

const sql = (text: string) => runCommand(['db', 'shell', app, '--json', '-c', text], { env })
const rowsOf = (output: string): unknown[] => (JSON.parse(output) as { readonly rows: unknown[] }).rows

describe('ashlar db', () => {
  test.each(['', 'shell', 'reset', 'seed', 'url', 'advise'])('teaches with --help: %s', async (name) => {
    const { code, output } = await runCommand(['db', ...(name === '' ? [] : [name]), '--help'])
    expect(code).toBe(0)
    expect(output).toMatch(/Examples:\n {2}ashlar db /)
  })

  test('asks which of several databases is meant, and for one where there is none', async () => {
    const several = await runCommand(['db', 'url', twoDatabases], { env })
    expect(several).toEqual({
      code: 1,
      output: 'The app has several databases: main, reports.\nName one: --database NAME\n',
    })
    const { output } = await runCommand(['db', 'url', twoDatabases, '--database', 'repots'], { env })
    expect(output).toBe('The app has no database "repots".\nIt has: main, reports\n')
    expect((await runCommand(['db', 'url', appFile('hello.ts')])).output).toContain('The app has no database.')
  })

  test('url prints where the database is, and nothing else', async () => {
    const found = await runCommand(['db', 'url', twoDatabases, '--database', 'reports'], { env })
    expect(found).toEqual({ code: 0, output: `${own.url}\n` })
  })
})

describe('ashlar db shell', () => {
  test('prints a table for rows, and what was done for the rest', async () => {
    const text = "SELECT 1 AS one, NULL AS none; CREATE TEMP TABLE t (a text); INSERT INTO t VALUES ('x'), ('y')"
    const { code, output } = await runCommand(['db', 'shell', app, '-c', text], { env })
    expect(code).toBe(0)
    expect(output).toBe('one  none\n1    NULL\n(1 row)\nCREATE\nINSERT 2\n')
  })

  test('gives JSON that loses nothing', async () => {
    const values = `SELECT true AS yes, 0.5::float8 AS half, 9007199254740993 AS large, 12.30 AS exact, '{1,NULL}'::int[] AS list,
      '{"a": [1]}'::jsonb AS doc, date '2026-01-02' AS day, NULL AS none`
    expect(rowsOf((await sql(values)).output)).toEqual([
      {
        yes: true,
        half: 0.5,
        large: '9007199254740993',
        exact: '12.30',
        list: [1, null],
        doc: { a: [1] },
        day: '2026-01-02',
        none: null,
      },
    ])
  })

  test('reads standard input where it is not a terminal', async () => {
    const run = new CommandProcess(['db', 'shell', app, '--json'], { env })
    run.child.stdin!.end('SELECT 1 AS a;\nSELECT 2 AS b;\n')
    const { output } = await run.ended
    expect(output.trim().split('\n').map(rowsOf)).toEqual([[{ a: 1 }], [{ b: 2 }]])
  })

  test('says what is wrong and where, and ends with 1', async () => {
    expect(await runCommand(['db', 'shell', app, '-c', "SELECT 'é',\n  nme"], { env })).toEqual({
      code: 1,
      output: 'ERROR: column "nme" does not exist (42703)\nline 2:   nme\n          ^\n',
    })
    expect((await runCommand(['db', 'shell', app, '-c', ' '], { env })).output).toContain('There is no SQL to run.')
  })
})

describe('ashlar db reset', () => {
  test('wants to be sure about a server, and never does it in production', async () => {
    expect(await runCommand(['db', 'reset', app], { env })).toEqual({
      code: 1,
      output: expect.stringContaining('is on a server, and all its data would be gone.\nIf that is what you want: '),
    })
    const production = { ...env, NODE_ENV: 'production', ALLOWED_HOSTS: 'example.com' }
    const { code, output } = await runCommand(['db', 'reset', app, '--force'], { env: production })
    expect(code).toBe(1)
    expect(output).toContain('not reset in production')
  })

  test("leaves the server's own databases alone, and a database whose seed is not there", async () => {
    const maintenance = new URL(own.url)
    maintenance.pathname = '/postgres'
    const { output } = await runCommand(['db', 'reset', app, '--force'], { env: { DATABASE_URL: maintenance.href } })
    expect(output).toContain('belongs to the server')
    await sql('CREATE TABLE kept ()')
    const { code } = await runCommand(['db', 'reset', app, '--force', '--seed', 'nowhere.ts'], { env })
    expect(code).toBe(1)
    expect((await sql('SELECT FROM kept')).code).toBe(0)
  })

  test('makes a database anew as it was, without its data, with migrations and the seed beside the app', async () => {
    const connected = new Client({ connectionString: own.url })
    connected.on('error', () => {})
    await connected.connect()
    await connected.query('CREATE TABLE leftover ()')
    const of = `SELECT datcollate, datctype, encoding, datdba FROM pg_database WHERE datname = current_database()`
    const before = (await connected.query(of)).rows
    const { code, output } = await runCommand(['db', 'reset', app, '--force', '--seed'], { env })
    expect(code).toBe(0)
    expect(output).toMatch(/^database: dropped and made again\.\ndatabase: applied\n {2}0001_customers/)
    expect(output).toMatch(/seed\.ts: done\n {2}customers {2}\+3 {2}now 3\n {2}orders {5}\+3 {2}now 3\n/)
    expect(output).toContain('The first customer is called: name 1')
    await connected.end().catch(() => {})
    expect(rowsOf((await sql("SELECT to_regclass('leftover') AS gone")).output)).toEqual([{ gone: null }])
    expect(rowsOf((await sql(of)).output)).toEqual(before)
  })

  test('needs no more than its name for the embedded server', async () => {
    const project = mkdtempSync(join(tmpdir(), 'ashlar-db-'))
    try {
      writeFileSync(join(project, 'package.json'), '{"name":"my-shop","type":"module"}')
      writeFileSync(join(project, 'app.ts'), `export { app } from ${JSON.stringify(app)}\n`)
      writeFileSync(join(project, 'seed.ts'), `export { seed } from ${JSON.stringify(seed)}\n`)
      const { code, output } = await runCommand(['db', 'reset', '--seed'], { cwd: project })
      expect(output).toContain('seed.ts: done')
      expect(code).toBe(0)
      expect((await runCommand(['db', 'url'], { cwd: project })).output).toContain('/my_shop?host=')
    } finally {
      rmSync(project, { recursive: true })
    }
  })
})

describe('ashlar db seed', () => {
  test('saves all of it or nothing', async () => {
    await runCommand(['db', 'reset', app, '--force'], { env })
    await sql("INSERT INTO customers (name) VALUES ('name 2')")
    const { code, output } = await runCommand(['db', 'seed', seed], { env })
    expect(code).toBe(1)
    expect(output).toContain('Key (name)=(name 2) already exists.')
    expect(rowsOf((await sql('SELECT count(*) FROM customers')).output)).toEqual([{ count: 1 }])
  })

  test('is refused in production without --force', async () => {
    await runCommand(['db', 'reset', app, '--force'], { env })
    const production = { ...env, NODE_ENV: 'production', ALLOWED_HOSTS: 'example.com' }
    const refused = await runCommand(['db', 'seed', seed], { env: production })
    expect(refused.code).toBe(1)
    expect(refused.output).toContain('seed.ts --force')
    expect((await runCommand(['db', 'seed', seed, '--force'], { env: production })).code).toBe(0)
  })

  test('says what a file must export, where one is looked for, and which app is missing', async () => {
    const wrong = await runCommand(['db', 'seed', app], { env })
    expect(wrong.output).toContain('app.ts does not export a seed.\nWrite there: export const seed = defineSeed(')
    const folder = mkdtempSync(join(tmpdir(), 'ashlar-seed-'))
    expect((await runCommand(['db', 'seed'], { cwd: folder })).output).toContain(
      'there is none of src/seed.ts, seed.ts',
    )
    writeFileSync(join(folder, 'seed.ts'), `export { seed } from ${JSON.stringify(seed)}\n`)
    expect((await runCommand(['db', 'seed'], { cwd: folder })).output).toContain('seed.ts --app path/to/app.ts')
    rmSync(folder, { recursive: true })
  })
})

test('ashlar db advise prints what is missing, with what to write, and gives the same as JSON', async () => {
  await runCommand(['db', 'reset', app, '--force'], { env })
  const { code, output } = await runCommand(['db', 'advise', app], { env })
  expect(code).toBe(0)
  expect(output.split('\n')).toEqual([
    'No index serves the order by "customer_id", "id" of "orders".',
    '  for      orders.list: newest first, by customer',
    '  for      foreign key "orders_customer_id_fkey" to "customers"',
    '  SQL      CREATE INDEX CONCURRENTLY "orders_customer_id_id_idx" ON "orders" ("customer_id", "id" DESC);',
    "  Drizzle  index('orders_customer_id_id_idx').on(table.customerId, table.id.desc().nullsFirst())",
    '',
  ])
  const [advice] = JSON.parse((await runCommand(['db', 'advise', app, '--json'], { env })).output) as IndexAdvice[]
  expect(advice).toMatchObject({ kind: 'missing', table: 'orders', columns: ['customer_id', 'id'] })
  await sql(advice!.statement)
  expect((await runCommand(['db', 'advise', app], { env })).output).toMatch(/^Every declared filter/)
})
