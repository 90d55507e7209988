// Fastify as a good engineer writes it: schemas for params, query, body and response, so that Ajv and fast-json-stringify are
// compiled at start; and the features Ashlar has on by default: request id, context and security headers. PLAIN=1 leaves those out.
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import {
  accountOf,
  CURRENCIES,
  EMAIL_PATTERN,
  findProduct,
  placeOrder,
  pricesOf,
  REGIONS,
  regionOf,
  SECURITY_HEADERS,
  SKU_PATTERN,
} from '../http/domain.ts'
import { verifyBearer } from './verify.mjs'

const string = { type: 'string' }
const number = { type: 'number' }
const integer = { type: 'integer' }
const boolean = { type: 'boolean' }
const object = (properties) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})

const Product = object({ id: integer, name: string, price: number, inStock: boolean, updatedAt: string })
const orderFields = {
  customer: { type: 'string', minLength: 1, maxLength: 100 },
  email: { type: 'string', maxLength: 254, pattern: EMAIL_PATTERN },
  sku: { type: 'string', pattern: SKU_PATTERN },
  quantity: { type: 'integer', minimum: 1, maximum: 100 },
  unitPrice: { type: 'number', minimum: 0 },
  currency: { type: 'string', enum: CURRENCIES },
  express: boolean,
  tags: { type: 'array', items: { type: 'string', minLength: 1, maxLength: 30 }, maxItems: 10 },
}
const NewOrder = object(orderFields)
const Order = object({ id: string, ...orderFields, total: number })
const Account = object({ user: string, region: string, currency: string, shipping: number, taxPercent: number })

const plain = process.env.PLAIN === '1'
const ajv = { customOptions: { coerceTypes: false, removeAdditional: true } }
const app = Fastify({
  logger: false,
  bodyLimit: 1024 * 1024,
  genReqId: () => randomUUID(),
  requestIdHeader: false,
  ajv,
})

const context = new AsyncLocalStorage()
app.decorateRequest('user', null)
if (!plain) {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    reply.headers(SECURITY_HEADERS)
    context.run(request, done)
  })
}

async function authenticate(request, reply) {
  const pending = verifyBearer(request.headers.authorization)
  const claims = pending instanceof Promise ? await pending : pending
  if (claims === undefined) return reply.code(401).send({ error: 'unauthenticated' })
  request.user = claims
}

const ProductParams = { type: 'object', properties: { id: { type: 'string', pattern: '^[0-9]{1,15}$' } } }
app.get('/products/:id', { schema: { params: ProductParams, response: { 200: Product } } }, (request, reply) => {
  reply.send(findProduct(Number(request.params.id)))
})

app.post('/orders', { schema: { body: NewOrder, response: { 201: Order } } }, (request, reply) => {
  reply.code(201).send(placeOrder(request.body))
})

const AccountQuery = { type: 'object', properties: { region: { type: 'string', enum: REGIONS, default: 'eu' } } }
const accountOptions = { onRequest: authenticate, schema: { querystring: AccountQuery, response: { 200: Account } } }
app.get('/account', accountOptions, (request, reply) => {
  const region = regionOf(request.query.region)
  reply.send(accountOf(request.user.sub, region, pricesOf(region)))
})

await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
