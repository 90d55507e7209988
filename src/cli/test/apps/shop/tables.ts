import { integer, pgTable, text } from 'drizzle-orm/pg-core'

export const customers = pgTable('customers', {
  id: integer().generatedAlwaysAsIdentity().primaryKey(),
  name: text().notNull(),
})

export const orders = pgTable('orders', {
  id: integer().generatedAlwaysAsIdentity().primaryKey(),
  customerId: integer('customer_id')
    .notNull()
    .references(() => customers.id),
})
