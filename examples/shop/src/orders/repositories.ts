import { anyOf } from 'ashlar/access'
import { repository } from 'ashlar/data'
import { owner, permission, through } from '../auth.ts'
import { database } from '../database.ts'
import { orderLines, orders } from './tables.ts'

const managed = permission('orders:manage')
const mineOrManaged = anyOf(owner('customerId'), managed)

/** Whoever calls has their own orders, and the server fills in whose a new one is. */
export const orderRepository = repository(orders, {
  database,
  access: { read: mineOrManaged, create: owner('customerId'), update: mineOrManaged },
})

export const orderLineRepository = repository(orderLines, {
  database,
  access: {
    read: anyOf(through('order', owner('customerId')), managed),
    create: through('order', owner('customerId')),
  },
})
