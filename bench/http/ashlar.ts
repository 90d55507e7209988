// Ashlar as a user writes it, with every default feature on.
import { createApp, dependency, route, router } from 'ashlar'
import { accessFor, anyone } from 'ashlar/access'
import { jwtBearer } from 'ashlar/auth'
import { z } from 'zod'
import {
  accountOf,
  AUDIENCE,
  CURRENCIES,
  EMAIL_PATTERN,
  findProduct,
  ISSUER,
  placeOrder,
  pricesOf,
  REGIONS,
  regionOf,
  SECRET,
  SKU_PATTERN,
} from './domain.ts'

const Product = z.object({
  id: z.int(),
  name: z.string(),
  price: z.number(),
  inStock: z.boolean(),
  updatedAt: z.string(),
})

const NewOrder = z.object({
  customer: z.string().min(1).max(100),
  email: z.string().max(254).regex(new RegExp(EMAIL_PATTERN)),
  sku: z.string().regex(new RegExp(SKU_PATTERN)),
  quantity: z.int().min(1).max(100),
  unitPrice: z.number().min(0),
  currency: z.enum(CURRENCIES),
  express: z.boolean(),
  tags: z.array(z.string().min(1).max(30)).max(10).readonly(),
})

const Order = NewOrder.extend({ id: z.string(), total: z.number() })

const Account = z.object({
  user: z.string(),
  region: z.enum(REGIONS),
  currency: z.enum(['EUR', 'USD']),
  shipping: z.number(),
  taxPercent: z.number(),
})

const token = jwtBearer({
  secret: SECRET,
  issuer: ISSUER,
  audience: AUDIENCE,
  user: ({ sub }) => (sub === undefined ? undefined : { id: sub }),
})
const { authenticated } = accessFor(token)

const region = dependency({ query: z.object({ region: z.enum(REGIONS).default('eu') }) }, ({ query }) =>
  regionOf(query.region),
)
const prices = dependency({ uses: { region } }, ({ region }) => pricesOf(region))

const product = route.get(
  '/products/:id',
  { access: anyone, params: z.object({ id: z.int() }), response: Product },
  ({ params }) => findProduct(params.id),
)

const order = route.post('/orders', { access: anyone, body: NewOrder, response: Order, status: 201 }, ({ body }) =>
  placeOrder(body),
)

const account = route.get(
  '/account',
  { access: authenticated, uses: { region, prices }, response: Account },
  ({ user, region, prices }) => accountOf(user.id, region, prices),
)

const app = createApp({
  title: 'Benchmark',
  version: '1.0.0',
  allowedHosts: ['127.0.0.1'],
  // Its peers write none.
  logs: false,
  api: router('', { product, order, account }),
})

await app.listen()
