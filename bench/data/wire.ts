/**
 * CPU per query, of this process and of PostgreSQL: a named `pg` query with JSON.stringify against the wire engine, in turns.
 *
 *     node --conditions=ashlar-source bench/data/wire.ts [--rows 100000] [--concurrency 32] [--queries 4000] [--rounds 3] [--lanes 1,2,4] [--depth 16]
 *
 * Needs a PostgreSQL on this machine (DATABASE_URL, default the local one); makes a database of its own there and drops it.
 */
import { parseArgs } from 'node:util'
import { Client, Pool } from 'pg'
import { createPool } from '../../src/data/pool.ts'
import type { WireObject } from '../../src/data/wire/columns.ts'
import { compileJson } from '../../src/data/wire/json-rows.ts'
import { JsonSink } from '../../src/data/wire/json-sink.ts'
import { poolRunner, type PoolRunnerOptions } from '../../src/data/wire/pool-runner.ts'
import type { Statement } from '../../src/data/wire/statement.ts'
import { cpuMsOf } from '../linux-process.ts'

const { values: args } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    concurrency: { type: 'string', default: '32' },
    queries: { type: 'string', default: '4000' },
    rounds: { type: 'string', default: '3' },
    lanes: { type: 'string', default: '9' },
    depth: { type: 'string', default: '16' },
    sizes: { type: 'string', default: '1,20,50,100' },
    peer: { type: 'boolean', default: true },
  },
  allowNegative: true,
})

const SERVER = process.env.DATABASE_URL ?? 'postgres://root@127.0.0.1:5432/postgres'
const NAME = `ashlar_bench_wire_${process.pid}`
const ROWS = Number(args.rows)
const OWNERS = 100

const COLUMNS: WireObject = {
  fields: [
    { key: 'id', kind: 'token', index: 0 },
    { key: 'ownerId', kind: 'token', index: 1 },
    { key: 'title', kind: 'string', index: 2 },
    { key: 'body', kind: 'string', index: 3 },
    { key: 'status', kind: 'string', index: 4 },
    { key: 'priority', kind: 'number', index: 5 },
    { key: 'price', kind: 'token', index: 6 },
    { key: 'done', kind: 'boolean', index: 7 },
    { key: 'rating', kind: 'number', index: 8 },
    { key: 'dueAt', kind: 'timestamp', index: 9 },
    { key: 'createdAt', kind: 'timestamp', index: 10 },
    { key: 'updatedAt', kind: 'timestamp', index: 11 },
  ],
}
const SELECT =
  'select id, owner_id as "ownerId", title, body, status, priority, price, done, rating, due_at as "dueAt", created_at as "createdAt", updated_at as "updatedAt" from item'
const BY_ID: Statement = { name: 'by_id', text: `${SELECT} where id = $1` }
const LIST: Statement = {
  name: 'list',
  text: `${SELECT} where owner_id = $1 order by created_at desc, id desc limit $2`,
}

function idOf(number: number): string {
  return `00000000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`
}

async function prepareDatabase(): Promise<string> {
  const server = new Client({ connectionString: SERVER })
  await server.connect()
  await server.query(`create database ${NAME}`)
  await server.end()
  const url = new URL(SERVER)
  url.pathname = `/${NAME}`
  const client = new Client({ connectionString: url.href })
  await client.connect()
  await client.query(
    `
    create table item (id uuid primary key, owner_id uuid not null, title text not null, body text not null, status text not null, priority int not null,
      price numeric(12,2) not null, done boolean not null, rating float8, due_at timestamptz, created_at timestamptz not null, updated_at timestamptz not null);
    insert into item select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, ('00000000-0000-7000-8000-' || lpad(to_hex(n % ${OWNERS}), 12, '0'))::uuid,
      'Title of the item ' || n, repeat('Some words of the body. ', 4), (array['draft','published','archived'])[1 + n % 3], n % 7, (n % 10000) / 7.0, n % 2 = 0,
      case when n % 5 = 0 then null else n / 8.0 end, case when n % 3 = 0 then null else now() end, now() - n * interval '1 minute', now()
      from generate_series(1, ${ROWS}) n;
    create index on item (owner_id, created_at desc, id desc);
    vacuum (analyze) item;
  `
      .split(';')
      .map((each) => each.trim())
      .filter((each) => each !== '' && !each.startsWith('vacuum'))
      .join(';'),
  )
  await client.query('vacuum (analyze) item')
  await client.end()
  return url.href
}

type Job = (size: number, turn: number) => Promise<number>

interface Subject {
  readonly name: string
  readonly job: Job
  readonly end: () => Promise<void>
}

function peer(url: string): Subject {
  const pool = new Pool({ connectionString: url, max: 10 })
  const asText = {
    getTypeParser: (oid: number) =>
      oid === 16 ? (text: string) => text === 't' : oid === 23 || oid === 701 ? Number : (text: string) => text,
  }
  const job: Job = async (size, turn) => {
    const query =
      size === 1
        ? { name: BY_ID.name, text: BY_ID.text, values: [idOf(1 + (turn % ROWS))] }
        : { name: LIST.name, text: LIST.text, values: [idOf(turn % OWNERS), size] }
    const { rows } = await pool.query({ ...query, types: asText })
    return Buffer.from(JSON.stringify(size === 1 ? rows[0] : rows)).length
  }
  return { name: 'pg + JSON.stringify', job, end: () => pool.end() }
}

function wire(url: string, options: PoolRunnerOptions): Subject {
  const pool = createPool(url, { max: 10 })
  const runner = poolRunner(pool, options)
  const write = compileJson(COLUMNS)
  const sink = new JsonSink()
  const job: Job = async (size, turn) => {
    const rows =
      size === 1
        ? await runner.run(BY_ID, [idOf(1 + (turn % ROWS))])
        : await runner.run(LIST, [idOf(turn % OWNERS), size])
    sink.clear()
    if (size > 1) sink.byte(0x5b)
    write(rows, sink)
    if (size > 1) sink.byte(0x5d)
    rows.release()
    return sink.toText().length
  }
  const end = async (): Promise<void> => {
    await runner.end()
    await pool.end()
  }
  return { name: `wire, ${options.lanes} lanes, depth ${options.depth}`, job, end }
}

async function backends(url: string): Promise<number[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ pid: number }>(
    'select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  )
  await client.end()
  return rows.map(({ pid }) => pid)
}

async function load(job: Job, size: number, queries: number): Promise<number> {
  let turn = 0
  let bytes = 0
  const worker = async (): Promise<void> => {
    while (turn < queries) {
      const size_ = await job(size, (turn += 1))
      bytes += size_
    }
  }
  await Promise.all(Array.from({ length: Number(args.concurrency) }, worker))
  return bytes / queries
}

interface Figures {
  client: number
  server: number
  wallMs: number
  bytes: number
}

async function measure(url: string, { job }: Subject, size: number): Promise<Figures> {
  const queries = Math.ceil(Number(args.queries) * (size === 1 ? 5 : 20 / size))
  await load(job, size, Math.ceil(queries / 10))
  const pids = await backends(url)
  const [before, cpu, started] = [cpuMsOf(pids), process.cpuUsage(), performance.now()]
  const bytes = await load(job, size, queries)
  const used = process.cpuUsage(cpu)
  const wallMs = performance.now() - started
  const server = cpuMsOf(pids) - before
  return { client: (used.user + used.system) / queries, server: (server * 1000) / queries, wallMs, bytes }
}

const url = await prepareDatabase()
try {
  const subjects = [
    ...(args.peer ? [peer(url)] : []),
    ...args.lanes
      .split(',')
      .flatMap((lanes) =>
        args.depth.split(',').map((depth) => wire(url, { lanes: Number(lanes), depth: Number(depth) })),
      ),
  ]
  for (const size of args.sizes.split(',').map(Number)) {
    const sums = new Map<Subject, Figures[]>()
    for (let round = 0; round < Number(args.rounds); round += 1) {
      for (const subject of subjects)
        sums.set(subject, [...(sums.get(subject) ?? []), await measure(url, subject, size)])
    }
    console.log(size === 1 ? 'by id' : `${size} rows`)
    for (const [{ name }, figures] of sums) {
      const mean = (of: (each: Figures) => number): number =>
        figures.reduce((sum, each) => sum + of(each), 0) / figures.length
      const [client, server] = [mean((each) => each.client), mean((each) => each.server)]
      const cells = [
        name.padEnd(28),
        `${client.toFixed(1)} + ${server.toFixed(1)} = ${(client + server).toFixed(1)} us`,
        `${mean((each) => each.bytes).toFixed(0)} bytes`,
      ]
      console.log(
        '  ',
        cells.join('   '),
        figures.map((each) => `${each.client.toFixed(0)}+${each.server.toFixed(0)}`).join(' '),
      )
    }
  }
  for (const subject of subjects) await subject.end()
} finally {
  const server = new Client({ connectionString: SERVER })
  await server.connect()
  await server.query(`drop database ${NAME} with (force)`)
  await server.end()
}
