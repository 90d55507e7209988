import { createHash } from 'node:crypto'
import { createApp, route, router } from 'ashlar'
import { accessFor, anyone } from 'ashlar/access'
import { apiKey } from 'ashlar/auth'
import { database as postgres, repository, resource } from 'ashlar/data'
import { defineError } from 'ashlar/errors'
import { sql } from 'drizzle-orm'
import { check, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { z } from 'zod'

const products = pgTable(
  'products',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    name: text().notNull().unique(),
    stock: integer().notNull(),
  },
  (table) => [check('products_stock_check', sql`${table.stock} >= 0`)],
)
const migrations = new URL('migrations', import.meta.url) // SQL, made by `ashlar migrate make`
const database = postgres({ schema: { products }, migrations }) // embedded, or DATABASE_URL

// Whoever has the key is the shopkeeper; where API_KEY is not set, nobody is. Hashes are compared, so that timing tells nothing.
const hash = (text: string) => createHash('sha256').update(text).digest('hex')
const owner = process.env['API_KEY'] && hash(process.env['API_KEY'])
const verify = (key: string) => (hash(key) === owner ? { id: 'shopkeeper' } : undefined)
const { authenticated } = accessFor(apiKey({ in: 'header', name: 'X-API-Key', verify }))

// A table becomes an API: list, read, create and update, with pages, filters and order. What has no rule has no operation: nobody deletes.
const productApi = resource(products, {
  database,
  access: { read: anyone, create: authenticated, update: authenticated },
  tags: ['products'],
  refine: { name: (name) => name.min(1).max(100), stock: (stock) => stock.min(0) },
  list: { filter: { name: ['contains'], stock: ['gt'] }, sort: ['name', 'stock'] },
})

// What is more than a change of a row is an operation beside it. The repository has rules of its own: a buyer may take from the stock.
const shelf = repository(products, { database, access: { read: anyone, update: anyone } })
const SoldOut = defineError({ code: 'sold_out', status: 409, title: 'Sold out' })
const buy = route.post(
  '/:id/buy',
  {
    access: anyone,
    params: z.object({ id: z.int32() }),
    uses: { shelf },
    response: productApi.children.read.response,
    errors: [SoldOut],
  },
  async ({ params, shelf }) => {
    const { name, stock } = await shelf.lock(params.id) // the others wait until this is saved, before the response is sent
    if (stock === 0) throw new SoldOut(`The last "${name}" is gone.`)
    return shelf.update(params.id, { stock: stock - 1 })
  },
)

export const app = createApp({
  title: 'Shop',
  version: '1.0.0',
  license: { name: 'MIT', identifier: 'MIT' },
  tags: [{ name: 'products', description: 'What there is to buy' }],
  database,
  api: router('', { products: productApi.with({ buy }) }),
})
