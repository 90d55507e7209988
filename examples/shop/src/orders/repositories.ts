import { anyOf } from 'ashlar/access'
import { repository } from 'ashlar/data'
import { owner, staff, through } from '../auth.ts'
import { database } from '../database.ts'
import { orderLines, orders } from './tables.ts'

const mineOrStaff = anyOf(owner('customerId'), staff)

/** Whoever calls has their own orders, and the server fills in whose a new one is. */
export const orderRepository = repository(orders, {
  database,
  access: { read: mineOrStaff, create: owner('customerId'), update: mineOrStaff },
})

export const orderLineRepository = repository(orderLines, {
  database,
  access: {
    read: anyOf(through('order', owner('customerId')), staff),
    create: through('order', owner('customerId')),
  },
})
