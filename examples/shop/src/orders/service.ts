import { dependency } from 'ashlar'
import type { Repository } from 'ashlar/data'
import { defineError, NotFound } from 'ashlar/errors'
import { z } from 'zod'
import { prices, type Prices } from './prices.ts'
import { orderLineRepository, orderRepository } from './repositories.ts'
import { stockOfOrders, type Amount, type Stock } from './stock.ts'
import type { orderLines, orders } from './tables.ts'

export const OutOfStock = defineError({
  code: 'out_of_stock',
  status: 409,
  title: 'There is not enough of a product',
  fix: 'Order at most so many pieces as are left.',
  data: z.object({ short: z.array(z.object({ productId: z.string(), quantity: z.int(), pieces: z.int() })) }),
})

export const OrderClosed = defineError({
  code: 'order_closed',
  status: 409,
  title: 'The order has been shipped or cancelled',
})

type Order = typeof orders.$inferSelect
type Line = typeof orderLines.$inferSelect

interface Parts {
  readonly orders: Repository<typeof orders>
  readonly lines: Repository<typeof orderLines>
  readonly stock: Stock
  readonly prices: Prices
}

/** What can happen to an order. All of a method is one transaction: it happens as a whole or not at all. */
export class OrderService {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async place(wanted: readonly Amount[]): Promise<Order & { readonly lines: Line[] }> {
    const { orders, lines, stock, prices } = this.#parts
    const amounts = together(wanted)
    const { total, products } = await prices.of(amounts)
    const unknown = amounts.find(({ productId }) => !products.has(productId))
    if (unknown !== undefined) throw new NotFound(`There is no product ${unknown.productId}.`)
    const short = await stock.take(amounts)
    if (short.length > 0) throw new OutOfStock('Some of it is sold out.', { data: { short: [...short] } })
    const order = await orders.insert({ total })
    const copies = amounts.map((amount) => ({ orderId: order.id, ...amount, ...products.get(amount.productId) }))
    return { ...order, lines: await lines.insertMany(copies) }
  }

  async cancel(id: string): Promise<Order> {
    const { orders, lines, stock } = this.#parts
    await this.#openOrder(id)
    const { items } = await lines.list({ filter: { orderId: id }, limit: 1000 })
    await stock.giveBack(items)
    return orders.update(id, { status: 'cancelled' })
  }

  async ship(id: string): Promise<Order> {
    await this.#openOrder(id)
    return this.#parts.orders.update(id, { status: 'shipped' })
  }

  /** Locked, so that of two who cancel or ship it one comes second and sees what the first has done. */
  async #openOrder(id: string): Promise<void> {
    const { status } = await this.#parts.orders.lock(id)
    if (status !== 'placed') throw new OrderClosed(`The order has been ${status}.`)
  }
}

/** Each product once. */
function together(wanted: readonly Amount[]): Amount[] {
  const byProduct = Map.groupBy(wanted, ({ productId }) => productId)
  return [...byProduct].map(([productId, amounts]) => ({
    productId,
    quantity: amounts.reduce((sum, { quantity }) => sum + quantity, 0),
  }))
}

export const orderService = dependency(
  { uses: { orders: orderRepository, lines: orderLineRepository, stock: stockOfOrders, prices } },
  (parts) => new OrderService(parts),
)
