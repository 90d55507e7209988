import { id, timestamps } from 'ashlar/data'
import { relations, sql } from 'drizzle-orm'
import { check, index, integer, numeric, pgEnum, pgTable, primaryKey, uuid, varchar } from 'drizzle-orm/pg-core'
import { accounts } from '../accounts/table.ts'
import { products } from '../catalogue/tables.ts'

export const orderStatus = pgEnum('order_status', ['placed', 'shipped', 'cancelled'])

export const orders = pgTable(
  'orders',
  {
    id: id(),
    customerId: uuid('customer_id')
      .notNull()
      .references(() => accounts.id),
    status: orderStatus().notNull().default('placed'),
    total: numeric({ precision: 14, scale: 2 }).notNull(),
    ...timestamps(),
  },
  (table) => [
    index().on(table.customerId, table.createdAt, table.id),
    index().on(table.status, table.createdAt, table.id),
    index().on(table.createdAt, table.id),
  ],
)

/** Name and price are copies: what was agreed stays, whatever becomes of the product. */
export const orderLines = pgTable(
  'order_lines',
  {
    orderId: uuid('order_id')
      .notNull()
      .references(() => orders.id, { onDelete: 'cascade' }),
    productId: uuid('product_id')
      .notNull()
      .references(() => products.id),
    name: varchar({ length: 120 }).notNull(),
    quantity: integer().notNull(),
    unitPrice: numeric('unit_price', { precision: 10, scale: 2 }).notNull(),
    total: numeric({ precision: 14, scale: 2 })
      .notNull()
      .generatedAlwaysAs(sql`quantity * unit_price`),
  },
  (table) => [
    primaryKey({ columns: [table.orderId, table.productId] }),
    index().on(table.productId),
    check('order_lines_quantity_positive', sql`${table.quantity} > 0`),
  ],
)

export const orderRelations = relations(orders, ({ one, many }) => ({
  customer: one(accounts, { fields: [orders.customerId], references: [accounts.id] }),
  lines: many(orderLines),
}))

export const orderLineRelations = relations(orderLines, ({ one }) => ({
  order: one(orders, { fields: [orderLines.orderId], references: [orders.id] }),
  product: one(products, { fields: [orderLines.productId], references: [products.id] }),
}))
