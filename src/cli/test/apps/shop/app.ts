import { createApp, route, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { database, declareIndexUses } from 'ashlar/data'
import { orders } from './tables.ts'

export const shop = database({ migrations: new URL('migrations/', import.meta.url) })

const list = declareIndexUses(
  route.get('/orders', { access: anyone }, () => undefined),
  [
    {
      table: orders,
      kind: 'sort',
      columns: [{ key: 'id', descending: true }],
      within: ['customerId'],
      from: 'orders.list: newest first, by customer',
    },
  ],
)

export const app = createApp({ title: 'Shop', version: '1.0.0', database: shop, api: router('/', { list }) })
