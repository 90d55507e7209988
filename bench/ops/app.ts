// What bench:ops measures. OPS=bare leaves out what costs: logs, metrics, limits, headers; OPS=full has them.
import { createApp, route, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { cache } from 'ashlar/cache'
import { database, resource } from 'ashlar/data'
import { rateLimit } from 'ashlar/limits'
import { z } from 'zod'
import * as schema from '../data/ashlar-tables.ts'

const isFull = process.env['OPS'] === 'full'
const hasDatabase = process.env['DATABASE_URL'] !== undefined

const Product = z.object({ id: z.int(), name: z.string(), price: z.number(), tags: z.array(z.string()) })
const product = route.get(
  '/products/:id',
  {
    access: anyone,
    params: z.object({ id: z.int().min(1) }),
    response: Product,
    // Never reached: what it costs to count is what is measured.
    ...(isFull && { limit: rateLimit({ max: 2_000_000_000, windowSeconds: 3_600, store: 'process' }) }),
  },
  ({ params }) => ({ id: params.id, name: 'Standing desk', price: 349.5, tags: ['office', 'gift'] }),
)

/** About a millisecond of JavaScript, whatever the machine: as many turns as took that long at start. */
const turns = calibrated()
const busy = route.get('/busy', { access: anyone, response: z.object({ sum: z.number() }) }, () => ({
  sum: work(turns),
}))

function work(count: number): number {
  let sum = 0
  for (let i = 0; i < count; i += 1) sum += Math.sqrt(i)
  return sum
}

function calibrated(): number {
  work(2_000_000)
  const began = performance.now()
  work(2_000_000)
  return Math.round(2_000_000 / (performance.now() - began))
}

const lists = (): object => {
  const db = database({ schema })
  const list = { filter: { ownerId: ['eq'] }, sort: ['createdAt'], defaultSort: ['-createdAt'] } as const
  const shared = { database: db, access: { read: anyone } }
  return {
    items: resource(schema.items, { ...shared, list }),
    cachedItems: resource(schema.items, {
      ...shared,
      name: 'CachedItem',
      path: '/cached-items',
      list,
      cache: cache({ ttlSeconds: 600 }),
    }),
  }
}

const app = createApp({
  title: 'Operations',
  version: '1.0.0',
  allowedHosts: ['127.0.0.1'],
  ...(isFull
    ? { metrics: true }
    : {
        logs: false,
        metrics: false,
        securityHeaders: {
          'content-security-policy': false,
          'cross-origin-resource-policy': false,
          'referrer-policy': false,
          'x-content-type-options': false,
          'x-frame-options': false,
          'strict-transport-security': false,
        },
      }),
  api: router('', { product, busy, ...(hasDatabase ? lists() : {}) }),
})

await app.listen()
