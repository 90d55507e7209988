import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { database } from 'ashlar/data'
import { createTestDatabase } from '../../src/data/test-database.ts'
import { measured } from '../faults/goals.ts'

interface OrdersProcess {
  readonly child: ChildProcess
  readonly port: number
}

const POINTS = 20
const TABLES = `
create table orders (id uuid primary key default gen_random_uuid(), reference text not null);
create table order_lines (order_id uuid not null, number integer not null);
create table ashlar_idempotency (
  id bytea primary key, fingerprint bytea not null, status integer not null, headers jsonb not null, body bytea,
  size integer not null, created_at timestamptz not null default now(), expires_at timestamptz not null);
create index ashlar_idempotency_expires on ashlar_idempotency (expires_at)`

let made: Awaited<ReturnType<typeof createTestDatabase>>
let client: Client
const running = new Set<ChildProcess>()

beforeAll(async () => {
  made = await createTestDatabase(database())
  client = new Client({ connectionString: made.url })
  await client.connect()
  await client.query(TABLES)
})
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL')
  await client.end()
  await made.drop()
})

async function startOrders(): Promise<OrdersProcess> {
  const child = fork(fileURLToPath(new URL('orders-process.main.ts', import.meta.url)), {
    execArgv: ['--conditions=ashlar-source'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, DATABASE_URL: made.url },
  })
  running.add(child)
  const failed = once(child, 'exit').then(() => Promise.reject(new Error('The app did not start.')))
  const [port] = (await Promise.race([once(child, 'message'), failed])) as [number]
  failed.catch(() => undefined)
  return { child, port }
}

interface Placed {
  readonly key: string
  readonly killAt?: number
}

function place({ port }: OrdersProcess, reference: string, { key, killAt }: Placed): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/orders`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': key,
      ...(killAt !== undefined && { 'x-kill-at': String(killAt) }),
    },
    body: JSON.stringify({ reference }),
  })
}

/** As clients do it: until the database has noticed that who had the key is gone. */
async function retried(app: OrdersProcess, reference: string, key: string): Promise<Response> {
  for (;;) {
    const answer = await place(app, reference, { key })
    if (answer.status !== 409) return answer
    await delay(20)
  }
}

async function effectOf(reference: string): Promise<{ orders: number; lines: number }> {
  const { rows } = await client.query<{ orders: number; lines: number }>(
    `select count(distinct o.id)::int as orders, count(l.*)::int as lines
     from orders o left join order_lines l on l.order_id = o.id where o.reference = $1`,
    [reference],
  )
  return rows[0]!
}

test(
  `kill -9 at ${POINTS} points of a request, before its transaction, in it, at its commit and behind it: sent again, it has had its effect exactly once`,
  { timeout: 240_000 },
  async () => {
    let app = await startOrders()
    const replays: boolean[] = []
    for (let killAt = 1; killAt <= POINTS; killAt += 1) {
      const [reference, key] = [`killed at ${killAt}`, `key-${killAt}`]
      const exited = once(app.child, 'exit')
      await expect(place(app, reference, { key, killAt })).rejects.toThrow()
      expect(await exited).toEqual([null, 'SIGKILL'])
      app = await startOrders()
      const second = await retried(app, reference, key)
      const third = await place(app, reference, { key })
      expect([killAt, second.status, third.status]).toEqual([killAt, 201, 201])
      expect(await third.text()).toBe(await second.text())
      expect([killAt, await effectOf(reference)]).toEqual([killAt, { orders: 1, lines: 10 }])
      replays.push(second.headers.has('idempotency-replayed'))
    }
    // What was killed before its commit ran again; what was killed after it was replayed. At 18 it is the one or the other.
    expect(replays.slice(0, 17)).not.toContain(true)
    expect(replays.slice(18)).toEqual([true, true])
    measured('kill -9 at 20 points of an idempotent create', `${replays.length} points, one effect each`, true)
    app.child.kill('SIGKILL')
  },
)

test('100 requests with one key, sent at once to two processes, have the effect of one', async () => {
  const apps = await Promise.all([startOrders(), startOrders()])
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) => place(apps[index % 2]!, 'together', { key: 'one' })),
  )
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter((status) => status !== 201 && status !== 409)).toEqual([])
  expect(statuses).toContain(201)
  expect(await effectOf('together')).toEqual({ orders: 1, lines: 10 })
  const made = await Promise.all(answers.filter(({ status }) => status === 201).map((each) => each.text()))
  expect(new Set(made).size).toBe(1)
  for (const { child } of apps) child.kill('SIGKILL')
})

test('the same key is refused for another payload, and a request without one', async () => {
  const app = await startOrders()
  await place(app, 'first', { key: 'first' })
  const other = await place(app, 'second', { key: 'first' })
  expect([other.status, await other.json()]).toMatchObject([422, { code: 'idempotency_key_reused' }])
  const without = await fetch(`http://127.0.0.1:${app.port}/orders`, { method: 'POST' })
  expect([without.status, await without.json()]).toMatchObject([400, { code: 'idempotency_key_required' }])
  expect((await effectOf('second')).orders).toBe(0)
  app.child.kill('SIGKILL')
})
