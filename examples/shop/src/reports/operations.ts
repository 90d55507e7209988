import { named, route, router } from 'ashlar'
import { rateLimit } from 'ashlar/limits'
import { and, eq, gte, lt, ne, sql } from 'drizzle-orm'
import { z } from 'zod'
import { permission } from '../auth.ts'
import { products } from '../catalogue/tables.ts'
import { database } from '../database.ts'
import { orderLines, orders } from '../orders/tables.ts'

const Sales = named(
  'Sales',
  z.object({ productId: z.guid(), name: z.string(), pieces: z.int(), revenue: z.string(), margin: z.string() }),
)

/** A report is about everybody's orders. Leaving the caller's own rows behind has a name, which stands in the log and in the audit trail. */
const allRows = database.system('sales report')

/** It reads all orders of a time. That each process may have so many is what is meant: there is nothing to share. */
const nowAndThen = rateLimit({ max: 30, windowSeconds: 60, store: 'process' })

const sales = route.get(
  '/sales',
  {
    access: permission('reports:read'),
    limit: nowAndThen,
    query: z.object({ from: z.iso.date(), until: z.iso.date() }),
    uses: { system: allRows },
    response: z.array(Sales),
    summary: 'What has been sold, by product',
    description: 'The best first. `margin` is what is left of the revenue after the cost of today.',
  },
  ({ query, system }) =>
    system.tx
      .select({
        productId: products.id,
        name: products.name,
        pieces: sql<number>`sum(${orderLines.quantity})::integer`,
        revenue: sql<string>`sum(${orderLines.total})`,
        margin: sql<string>`sum(${orderLines.total} - ${orderLines.quantity} * ${products.cost})`,
      })
      .from(orderLines)
      .innerJoin(orders, eq(orderLines.orderId, orders.id))
      .innerJoin(products, eq(orderLines.productId, products.id))
      .where(and(ne(orders.status, 'cancelled'), gte(orders.createdAt, query.from), lt(orders.createdAt, query.until)))
      .groupBy(products.id)
      .orderBy(sql`sum(${orderLines.total}) desc`, products.id)
      .limit(100),
)

export const reportApi = router('/reports', { tags: ['Reports'] }, { sales })
