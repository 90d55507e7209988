import { defineSeed } from 'ashlar/data'
import { factory } from 'ashlar/testing'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { shop } from './app.ts'

const customers = pgTable('customers', {
  id: integer().generatedAlwaysAsIdentity().primaryKey(),
  name: text().notNull(),
})
const orders = pgTable('orders', {
  id: integer().generatedAlwaysAsIdentity().primaryKey(),
  customerId: integer('customer_id')
    .notNull()
    .references(() => customers.id),
})
const order = factory(orders, { customerId: factory(customers) })

export const seed = defineSeed({ tx: shop.transaction }, async ({ tx }) => {
  await order.createMany(tx, 3)
  return 'The first customer is called: name 1'
})
