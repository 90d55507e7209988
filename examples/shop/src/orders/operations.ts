import { named, route } from 'ashlar'
import { anyOf } from 'ashlar/access'
import { resource, type Resource } from 'ashlar/data'
import { NotFound } from 'ashlar/errors'
import { z } from 'zod'
import { accountApi } from '../accounts/operations.ts'
import { authenticated, owner, permission, through } from '../auth.ts'
import { database } from '../database.ts'
import { OrderClosed, orderService, OutOfStock } from './service.ts'
import { orderLines, orders } from './tables.ts'

const managed = permission('orders:manage')

/** Customers have their own orders, staff have all. */
const orderResource = resource(orders, {
  database,
  access: { read: anyOf(owner('customerId'), managed) },
  list: {
    filter: { status: ['eq', 'in'], customerId: ['eq'], createdAt: ['gte', 'lt'], 'lines.productId': ['eq'] },
    sort: ['createdAt'],
    defaultSort: ['-createdAt'],
    count: ['exact'],
    include: {
      lines: {
        of: (): Resource => orderLineApi,
        fields: ['productId', 'name', 'quantity', 'unitPrice', 'total'],
        limit: 100,
      },
      customer: { of: accountApi, fields: ['id', 'name', 'email'] },
    },
  },
})

export const orderLineApi = resource(orderLines, {
  database,
  access: { read: anyOf(through('order', owner('customerId')), managed) },
  parent: { of: orderResource, column: 'orderId' },
  path: '/orders/:orderId/lines',
})
const Order = orderResource.children.read.response
const params = z.object({ id: z.guid() })
const Wanted = named(
  'NewOrder',
  z.object({
    lines: z
      .array(z.object({ productId: z.guid(), quantity: z.int().min(1).max(1000) }))
      .min(1)
      .max(50),
  }),
)

const { post } = route.with({ uses: { orders: orderService } })

export const orderApi = orderResource.with({
  place: post(
    '/',
    {
      access: authenticated,
      // Sent twice, as after a connection that broke, it is one order.
      idempotent: true,
      body: Wanted,
      response: Order,
      status: 201,
      errors: [OutOfStock, NotFound],
      summary: 'Place an order',
    },
    ({ body, orders }) => orders.place(body.lines),
  ),
  cancel: post(
    '/:id/cancel',
    {
      access: authenticated,
      params,
      response: Order,
      errors: [OrderClosed],
      summary: 'Cancel an order that has not been shipped',
    },
    ({ params, orders }) => orders.cancel(params.id),
  ),
  ship: post(
    '/:id/ship',
    { access: managed, params, response: Order, errors: [OrderClosed], summary: 'Mark an order as shipped' },
    ({ params, orders }) => orders.ship(params.id),
  ),
})
