import { factory } from 'ashlar/testing'
import { accounts, authTables } from './accounts/table.ts'
import { slugOf } from './catalogue/slug.ts'
import { categories, productCategories, products, stock } from './catalogue/tables.ts'

/** Rows for the seed and for tests that are about something else. */
export const account = factory(accounts, ({ sequence }) => ({
  name: `Customer ${sequence}`,
  emailVerifiedAt: '2026-01-01T00:00:00Z',
}))

/** The password of an account. */
export const credentials = factory(authTables.authCredentials, { userId: account })

export const category = factory(categories, ({ sequence }) => ({ name: `Category ${sequence}` }))

export const product = factory(products, ({ sequence }) => ({
  name: `Product ${sequence}`,
  slug: slugOf(`Product ${sequence}`),
  price: '10.00',
  cost: '4.00',
}))

export const pieces = factory(stock, { productId: product, pieces: 10 })

export const inCategory = factory(productCategories, { productId: product, categoryId: category })
