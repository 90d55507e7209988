import { defineSeed } from 'ashlar/data'
import { factory } from 'ashlar/testing'
import { shop } from './app.ts'
import { customers, orders } from './tables.ts'

const order = factory(orders, { customerId: factory(customers) })

export const seed = defineSeed({ tx: shop.transaction }, async ({ tx }) => {
  await order.createMany(tx, 3)
  return 'The first customer is called: name 1'
})
