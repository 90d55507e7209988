// An app as many are, for `ordinary-app.ts` to serve by `ashlar start` while something fails: tables, keys that make it safe to repeat, limits, a cache.
import { writeFileSync } from 'node:fs'
import { createApp, route, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { cache } from 'ashlar/cache'
import { database as postgres, id, idempotencyKeys, resource } from 'ashlar/data'
import { rateLimit, type RateLimitOptions } from 'ashlar/limits'
import { redis } from 'ashlar/redis'
import { count, sql } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { z } from 'zod'

const { REDIS_URL = '', FAULTS_POOL = '10', FAULTS_TALLY } = process.env
/** How often handlers of /hello have run: what was accepted. */
const tally = { handled: 0 }

const items = pgTable('items', { id: id(), number: integer().notNull() })
const orders = pgTable('orders', { id: id(), reference: text().notNull() })
const database = postgres({
  schema: { items, orders, idempotencyKeys },
  migrations: new URL('migrations', import.meta.url),
  pool: { max: Number(FAULTS_POOL), acquireTimeoutMs: 1_000 },
})

/** Whoever says nothing is counted with all others. */
const counted = (options: Pick<RateLimitOptions, 'max' | 'failure'>) =>
  rateLimit({
    ...options,
    windowSeconds: 3_600,
    name: `faults-${options.max}`,
    by: ({ head }) => head.header('x-client') ?? 'everybody',
    ...(REDIS_URL === '' && { store: 'process' as const }),
  })

const hello = route.get('/hello', { access: anyone, response: z.string() }, () => {
  tally.handled += 1
  return 'hello'
})
const echo = route.post('/echo', { access: anyone, body: z.object({ text: z.string() }) }, () => undefined)
const place = route.post(
  '/orders',
  {
    access: anyone,
    idempotent: 'required',
    uses: { tx: database.transaction },
    body: z.object({ reference: z.string() }),
    response: z.object({ id: z.uuid() }),
    status: 201,
  },
  async ({ tx, body }) => (await tx.insert(orders).values(body).returning({ id: orders.id }))[0]!,
)
/** Holds a connection of the pool for so long. */
const hold = route.get(
  '/hold/:ms',
  { access: anyone, params: z.object({ ms: z.coerce.number() }), uses: { tx: database.transaction } },
  async ({ tx, params }) => void (await tx.execute(sql`select pg_sleep(${params.ms / 1000})`)),
)
const counts = route.get(
  '/counts',
  {
    access: anyone,
    cache: cache({ ttlSeconds: 1, scope: 'public' }),
    uses: { db: database.drizzle },
    response: z.int(),
  },
  async ({ db }) => (await db.select({ count: count() }).from(orders))[0]!.count,
)
/** Where nothing shared can count: each process for itself, and nobody. */
const local = { access: anyone, limit: counted({ max: 20, failure: 'local' }), response: z.string() }
const closed = { access: anyone, limit: counted({ max: 1_000_000, failure: 'closed' }), response: z.string() }

export const app = createApp({
  title: 'Ordinary',
  version: '1.0.0',
  database,
  ...(REDIS_URL !== '' && { redis: redis() }),
  parts: [
    { name: 'tally', stop: () => void (FAULTS_TALLY && writeFileSync(FAULTS_TALLY, JSON.stringify(tally.handled))) },
  ],
  limit: rateLimit({
    max: 100_000_000,
    windowSeconds: 3_600,
    by: 'address',
    ...(REDIS_URL === '' && { store: 'process' }),
  }),
  api: router('/api', {
    hello,
    echo,
    place,
    hold,
    counts,
    local: route.get('/local', local, () => 'counted'),
    closed: route.get('/closed', closed, () => 'counted'),
    items: resource(items, { database, access: { read: anyone, create: anyone } }),
  }),
})
