import { pgTable, text } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import type { AppDefinition } from '../../app/definition.ts'
import { serving, type Serving } from '../../app/serving.fixture.ts'
import { bearer } from '../../auth/index.ts'
import { accessFor, anyOf, anyone } from '../../core/access/index.ts'
import { Conflict } from '../../core/errors/index.ts'
import { reply } from '../../core/reply.ts'
import { route } from '../../core/route.ts'
import { router, type Router } from '../../core/router.ts'
import { id } from '../columns/life-columns.ts'
import type { DatabaseOptions } from '../database-options.ts'
import { database, type Database } from '../database.ts'
import { withConnection } from '../migrations/connection.ts'
import { createTestDatabase } from '../test-database.ts'
import { idempotencyKeys } from './idempotency-keys.ts'

export const orders = pgTable('orders', { id: id(), product: text().notNull(), customer: text() })
export const schema = { orders, idempotencyKeys }
export type OrdersDatabase = Database<typeof schema>

/** As `ashlar migrate make` writes them. */
const CREATE_TABLES = `
create table orders (id uuid primary key default gen_random_uuid(), product text not null, customer text);
create table ashlar_idempotency (
  id bytea primary key, fingerprint bytea not null, status integer not null, headers jsonb not null, body bytea,
  size integer not null, created_at timestamptz not null default now(), expires_at timestamptz not null);
create index ashlar_idempotency_expires on ashlar_idempotency (expires_at);`

export const auth = bearer({ verify: (token) => ({ id: token }) })
export const { authenticated } = accessFor(auth)
/** Of another kind, whose ids may be the same. */
export const machine = bearer({ name: 'machine', scheme: 'Machine', verify: (token) => ({ id: token }) })

export interface Orders extends AsyncDisposable {
  readonly db: OrdersDatabase
  readonly url: string
  /** Called by the handler of `place`, while its transaction is open. */
  onPlace: (product: string) => Promise<void> | void
  /** How often the handler has run. */
  ran: number
  serve(api?: Router, changes?: Partial<AppDefinition>): Promise<Serving & Sender>
  count(): Promise<number>
  query(text: string): Promise<readonly Record<string, unknown>[]>
}

export interface Sender {
  post(path: string, request?: Sent): Promise<Response>
}

export interface Sent {
  readonly key?: string | undefined
  readonly as?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** Orders on a database of their own. */
export async function openOrders(options: DatabaseOptions<typeof schema> = {}): Promise<Orders> {
  const made = await createTestDatabase(database({ ...options, schema }))
  const db = made.database
  await db.start()
  // As who owns the database: the app's role may not make tables.
  await withConnection(made.url, (client) => client.query(CREATE_TABLES))
  const all: Orders = {
    db,
    url: made.url,
    onPlace: () => undefined,
    ran: 0,
    serve: async (api = orderApi(all), changes = {}) => {
      const served = await serving(api, { database: db, auth: [auth, machine], ...changes })
      return { ...served, post: (path, request = {}) => post(served.port, path, request) }
    },
    count: async () => (await all.query('select 1 from orders')).length,
    query: async (text) => (await db.pool.query<Record<string, unknown>>(text)).rows,
    [Symbol.asyncDispose]: async () => {
      await db.stop()
      await made.drop()
    },
  }
  return all
}

const Order = z.object({ id: z.string(), product: z.string(), customer: z.string().nullable() })
const NewOrder = z.object({ product: z.string() })

export function orderApi(all: Orders) {
  const { transaction } = all.db
  const known = anyOf(authenticated, accessFor(machine).authenticated)
  const uses = { tx: transaction }
  return router('/orders', {
    place: route.post(
      '/',
      { access: known, idempotent: true, uses, body: NewOrder, response: Order, status: 201 },
      async ({ tx, body, user, response }) => {
        all.ran += 1
        const [order] = await tx.insert(orders).values({ product: body.product, customer: user.id }).returning()
        await all.onPlace(body.product)
        response.header('location', `/orders/${order!.id}`)
        response.cookie('seen', order!.id)
        return order!
      },
    ),
    placeOne: route.post(
      '/one',
      { access: anyone, idempotent: 'required', uses, body: NewOrder, response: Order },
      async ({ tx, body }) => (await tx.insert(orders).values(body).returning())[0]!,
    ),
    refuse: route.post(
      '/refused',
      { access: anyone, idempotent: true, uses, body: NewOrder, errors: [Conflict] },
      async ({ tx, body }) => {
        all.ran += 1
        await tx.insert(orders).values(body)
        throw new Conflict('It is sold out.')
      },
    ),
    judge: route.post(
      '/judged',
      {
        access: anyone,
        idempotent: true,
        uses,
        body: NewOrder,
        response: { 201: Order, 422: z.object({ why: z.string() }) },
      },
      async ({ tx, body }) => {
        all.ran += 1
        await tx.insert(orders).values(body)
        return reply(422, { why: `run ${all.ran}` })
      },
    ),
    call: route.post('/call', { access: anyone, idempotent: true, response: z.object({ run: z.int() }) }, () => {
      all.ran += 1
      return { run: all.ran }
    }),
    large: route.post('/large', { access: anyone, idempotent: true, response: z.string() }, () =>
      'x'.repeat(2_000_000),
    ),
    list: route.get('/', { access: anyone, uses, response: z.array(Order) }, ({ tx }) => tx.select().from(orders)),
  })
}

function post(port: number, path: string, { key, as = 'ada', body, headers, signal }: Sent): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: {
      authorization: as.includes(' ') ? as : `Bearer ${as}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(key !== undefined && { 'idempotency-key': key }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal !== undefined && { signal }),
  })
}
