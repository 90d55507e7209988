// A process of an app that places orders, for GD1 to kill at a point of a request: the header `x-kill-at` says at which.
import { createApp, currentRequest, dependency, route, router, type Middleware, type RequestHead } from 'ashlar'
import { anyone } from 'ashlar/access'
import { afterCommit, database, idempotencyKeys } from 'ashlar/data'
import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { z } from 'zod'

const orders = pgTable('orders', { id: uuid().primaryKey().defaultRandom(), reference: text().notNull() })
const lines = pgTable('order_lines', { orderId: uuid('order_id').notNull(), number: integer().notNull() })
const db = database({ schema: { orders, lines, idempotencyKeys } })

/** Nothing of the process runs on behind it. */
function reach(request: RequestHead, point: number): void {
  if (request.header('x-kill-at') === String(point)) process.kill(process.pid, 'SIGKILL')
}

const around: Middleware = async (request, next) => {
  reach(request, 1)
  const outcome = await next()
  reach(request, 20)
  return outcome
}

/** Begins after the transaction and ends before it. */
const within = dependency({ uses: { tx: db.transaction, head: currentRequest } }, async function* ({ tx, head }) {
  reach(head, 2)
  await tx.select().from(orders).limit(1)
  reach(head, 3)
  yield
  reach(head, 17)
  // COMMIT is on its way by then.
  setImmediate(() => reach(head, 18))
})

const place = route.post(
  '/',
  {
    access: anyone,
    idempotent: 'required',
    uses: { tx: db.transaction, within },
    body: z.object({ reference: z.string() }),
    response: z.object({ id: z.uuid() }),
    status: 201,
  },
  async ({ tx, body, request }) => {
    reach(request, 4)
    const [order] = await tx.insert(orders).values(body).returning({ id: orders.id })
    reach(request, 5)
    for (let number = 1; number <= 10; number += 1) {
      await tx.insert(lines).values({ orderId: order!.id, number })
      reach(request, 5 + number)
    }
    afterCommit(tx, () => reach(request, 19))
    reach(request, 16)
    return order!
  },
)

const app = createApp({
  title: 'Orders',
  version: '1.0.0',
  database: db,
  // A busy machine turns nobody away here.
  overload: false,
  middleware: [around],
  api: router('/orders', { place }),
})
const { port } = await app.listen({ port: 0, host: '127.0.0.1' })
process.send?.(port)
