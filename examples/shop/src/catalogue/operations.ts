import { anyone } from 'ashlar/access'
import { cache } from 'ashlar/cache'
import { resource, type Resource } from 'ashlar/data'
import { permission } from '../auth.ts'
import { database } from '../database.ts'
import { productRules } from './product-rules.ts'
import { productSearch } from './search.ts'
import { adjustStock } from './stock-operations.ts'
import { categories, productCategories, products } from './tables.ts'

const editor = permission('catalogue:write')

/** Read far more often than written, and dropped by whatever writes the tables: a sale too, which changes the stock. */
const kept = cache({ ttlSeconds: 300, staleSeconds: 60 })

export const categoryApi = resource(categories, {
  database,
  access: { read: anyone, create: editor, update: editor, delete: editor },
  refine: { slug: (slug) => slug.regex(/^[a-z0-9-]+$/) },
  cache: kept,
  list: {
    filter: { slug: ['eq'], parentId: ['eq', 'isNull'] },
    sort: ['name'],
    defaultSort: ['name'],
    include: {
      parent: { of: (): Resource => categoryApi, fields: ['id', 'name', 'slug'] },
      children: { of: (): Resource => categoryApi, fields: ['id', 'name', 'slug'], limit: 100, sort: ['name'] },
    },
  },
})

/** Everybody reads, staff write. Nobody overwrites what they have not seen, and nothing is lost: deleted products can be restored. */
const productResource = resource(products, {
  database,
  access: { read: anyone, create: editor, update: editor, delete: editor, audit: permission('history:read') },
  private: ['cost', 'createdBy', 'updatedBy'],
  readOnly: ['slug', 'createdBy', 'updatedBy'],
  refine: { name: (name) => name.min(1) },
  version: 'required',
  softDelete: true,
  audit: true,
  rules: productRules,
  cache: kept,
  list: {
    filter: {
      slug: ['eq'],
      price: ['gte', 'lte'],
      'stock.pieces': ['gt'],
      'categories.id': ['eq', 'in'],
      'categories.slug': ['eq', 'in'],
    },
    sort: ['name', 'price', 'createdAt'],
    defaultSort: ['name'],
    search: productSearch,
    count: ['exact'],
    include: {
      stock: { access: anyone, fields: ['pieces'] },
      categories: { of: categoryApi, through: ['productCategories', 'category'], sort: ['name'] },
    },
  },
})

export const productApi = productResource.with({ adjustStock })

/** `/products/:productId/product-categories` puts a product into categories and takes it out. */
export const productCategoryApi = resource(productCategories, {
  database,
  parent: { of: productResource, column: 'productId' },
  path: '/products/:productId/categories',
  access: { create: editor, delete: editor },
})
