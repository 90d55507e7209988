import { authorship, id, searchIndex, softDeletion, timestamps, uniqueAmongLiving, version } from 'ashlar/data'
import { relations, sql } from 'drizzle-orm'
import {
  check,
  foreignKey,
  index,
  integer,
  numeric,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import { productSearch } from './search.ts'

/** Money: exact, with two places. In the code a string, since a `number` is not exact. */
const money = (name?: string) => (name === undefined ? numeric(MONEY) : numeric(name, MONEY))
const MONEY = { precision: 10, scale: 2 } as const

export const products = pgTable(
  'products',
  {
    id: id(),
    name: varchar({ length: 120 }).notNull(),
    slug: varchar({ length: 120 }).notNull(),
    description: text().notNull().default(''),
    price: money().notNull(),
    cost: money().notNull(),
    ...timestamps(),
    ...authorship('uuid'),
    ...softDeletion(),
    ...version(),
  },
  (table) => [
    check('products_price_covers_cost', sql`${table.price} >= ${table.cost} and ${table.cost} >= 0`),
    uniqueAmongLiving('products_slug_key', table.deletedAt).on(table.slug),
    index().on(table.name, table.id),
    index().on(table.price, table.id),
    index().on(table.createdAt, table.id),
    searchIndex(table, productSearch),
  ],
)

/**
 * How many pieces there are. A row of its own, since every order changes it: a product's version is about what staff write,
 * and does not go stale with each sale.
 */
export const stock = pgTable(
  'stock',
  {
    productId: uuid('product_id')
      .primaryKey()
      .references(() => products.id, { onDelete: 'cascade' }),
    pieces: integer().notNull().default(0),
  },
  (table) => [check('stock_not_negative', sql`${table.pieces} >= 0`)],
)

export const categories = pgTable(
  'categories',
  {
    id: id(),
    name: varchar({ length: 80 }).notNull(),
    slug: varchar({ length: 80 }).notNull(),
    parentId: uuid('parent_id'),
    ...timestamps(),
  },
  (table) => [
    uniqueIndex('categories_slug_key').on(table.slug),
    index().on(table.parentId),
    index().on(table.name, table.id),
    foreignKey({ columns: [table.parentId], foreignColumns: [table.id] }),
    check('categories_not_below_itself', sql`${table.parentId} <> ${table.id}`),
  ],
)

/** Which products are in which categories. */
export const productCategories = pgTable(
  'product_categories',
  {
    productId: uuid('product_id')
      .notNull()
      .references(() => products.id, { onDelete: 'cascade' }),
    categoryId: uuid('category_id')
      .notNull()
      .references(() => categories.id, { onDelete: 'cascade' }),
  },
  (table) => [primaryKey({ columns: [table.productId, table.categoryId] }), index().on(table.categoryId)],
)

export const productRelations = relations(products, ({ one, many }) => ({
  stock: one(stock),
  productCategories: many(productCategories),
}))

export const stockRelations = relations(stock, ({ one }) => ({
  product: one(products, { fields: [stock.productId], references: [products.id] }),
}))

export const categoryRelations = relations(categories, ({ one, many }) => ({
  parent: one(categories, { fields: [categories.parentId], references: [categories.id], relationName: 'tree' }),
  children: many(categories, { relationName: 'tree' }),
  productCategories: many(productCategories),
}))

export const productCategoryRelations = relations(productCategories, ({ one }) => ({
  product: one(products, { fields: [productCategories.productId], references: [products.id] }),
  category: one(categories, { fields: [productCategories.categoryId], references: [categories.id] }),
}))
