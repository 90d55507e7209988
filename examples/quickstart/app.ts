import { createApp, route, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { accounts, accountTables, userColumns } from 'ashlar/auth'
import { database as postgres, id, repository, resource } from 'ashlar/data'
import { defineError } from 'ashlar/errors'
import { sql } from 'drizzle-orm'
import { check, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { z } from 'zod'

const users = pgTable('users', { ...userColumns(), name: text().notNull() })
const authTables = accountTables(users) // passwords, sessions, keys: beside your table of users
const products = pgTable(
  'products',
  {
    id: id(),
    sellerId: uuid('seller_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    name: text().notNull().unique(),
    stock: integer().notNull(),
  },
  (table) => [index().on(table.sellerId), check('products_stock_check', sql`${table.stock} >= 0`)],
)
const migrations = new URL('migrations', import.meta.url) // SQL, made by `ashlar migrate make`
const database = postgres({ schema: { users, ...authTables, products }, migrations }) // embedded, or DATABASE_URL

// Register, confirm the address, log in, sessions, passwords, administration: below /auth. Mails are printed until you give a mailer.
const auth = accounts({ database, users, tables: authTables, profile: ['name'] })
const { authenticated, owner } = auth.access

// A table becomes an API, with pages, filters and order. Everybody reads; what you add is yours, and nobody else changes it.
const productApi = resource(products, {
  database,
  access: { read: anyone, create: owner('sellerId'), update: owner('sellerId'), delete: owner('sellerId') },
  refine: { name: (name) => name.min(1).max(100), stock: (stock) => stock.min(0) },
  list: { filter: { sellerId: ['eq'], name: ['contains'], stock: ['gt'] }, sort: ['name', 'stock'] },
})

// What is more than a change of a row is an operation beside it. The repository has rules of its own: a buyer may take from the stock.
const shelf = repository(products, { database, access: { read: anyone, update: authenticated } })
const SoldOut = defineError({ code: 'sold_out', status: 409, title: 'Sold out' })
const buy = route.post(
  '/:id/buy',
  {
    access: authenticated,
    params: z.object({ id: z.guid() }),
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
  title: 'Market',
  version: '1.0.0',
  license: { name: 'MIT', identifier: 'MIT' },
  database,
  auth,
  api: router('', { auth: auth.api, products: productApi.with({ buy }) }),
})
