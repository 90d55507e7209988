import { createHash } from 'node:crypto'
import { createApp, dependency, named, route, router } from 'ashlar'
import { accessFor, anyone } from 'ashlar/access'
import { apiKey } from 'ashlar/auth'
import { database as postgres, UniqueViolation } from 'ashlar/data'
import { defineError, NotFound } from 'ashlar/errors'
import { and, eq, gt, sql } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { z } from 'zod'

const products = pgTable('products', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  name: text().notNull(),
  stock: integer().notNull(),
})
const database = postgres({ migrations: new URL('migrations', import.meta.url) }) // embedded, or DATABASE_URL

const NewProduct = named('NewProduct', z.object({ name: z.string().min(1).max(100), stock: z.int32().min(0) }))
const Product = named('Product', NewProduct.extend({ id: z.int32() }))
const Page = z.object({ limit: z.int().min(1).max(100).default(20), offset: z.int().min(0).default(0) })
const SoldOut = defineError({ code: 'sold_out', status: 409, title: 'Sold out' })

// Whoever has the key is the shopkeeper; where API_KEY is not set, nobody is. Hashes are compared, so that timing tells nothing.
const hash = (text: string) => createHash('sha256').update(text).digest('hex')
const owner = process.env['API_KEY'] && hash(process.env['API_KEY'])
const verify = (key: string) => (hash(key) === owner ? { id: 'shopkeeper' } : undefined)
const { authenticated } = accessFor(apiKey({ in: 'header', name: 'X-API-Key', verify }))

// All that one request changes is saved together, before the response is sent, and only if the operation succeeds.
const { get, post } = route.with({ uses: { tx: database.transaction }, tags: ['products'] })

// What operations have in common is a dependency. Whoever uses this one has the parameter and the 404 in its documentation too.
const product = dependency(
  { params: z.object({ id: z.int32() }), uses: { tx: database.transaction }, errors: [NotFound] },
  async ({ params, tx }) => {
    const [found] = await tx.select().from(products).where(eq(products.id, params.id))
    if (found === undefined) throw new NotFound(`There is no product ${params.id}.`)
    return found
  },
)

const list = get('/', { access: anyone, query: Page, response: z.array(Product) }, ({ query, tx }) =>
  tx.select().from(products).orderBy(products.id).limit(query.limit).offset(query.offset),
)
const read = get('/:id', { access: anyone, uses: { product }, response: Product }, ({ product }) => product)
const create = post(
  '/',
  { access: authenticated, body: NewProduct, response: Product, status: 201, errors: [UniqueViolation] },
  async ({ body, tx }) => (await tx.insert(products).values(body).returning())[0]!,
)
const buy = post(
  '/:id/buy',
  { access: anyone, uses: { product }, response: Product, errors: [SoldOut] },
  async ({ product, tx }) => {
    const inStock = and(eq(products.id, product.id), gt(products.stock, 0))
    const one = { stock: sql`${products.stock} - 1` }
    const [left] = await tx.update(products).set(one).where(inStock).returning()
    if (left === undefined) throw new SoldOut(`The last "${product.name}" is gone.`)
    return left
  },
)

export const app = createApp({
  title: 'Shop',
  version: '1.0.0',
  license: { name: 'MIT', identifier: 'MIT' },
  tags: [{ name: 'products', description: 'What there is to buy' }],
  database,
  api: router('/products', { list, read, create, buy }),
})
