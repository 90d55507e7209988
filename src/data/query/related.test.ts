import { sql, type SQL } from 'drizzle-orm'
import { alias, integer, pgTable, text, type PgTable } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeParameters } from '../../schema/index.ts'
import { database } from '../database.ts'
import { modelOf } from '../model/model.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'
import type { FilterRelation } from './filters.ts'
import { listQuery } from './list-query.ts'
import { KEY, readUrl, runList } from './list.fixture.ts'

const products = pgTable('products', { id: integer().primaryKey(), name: text().notNull() })
const categories = pgTable('categories', {
  id: integer().primaryKey(),
  productId: integer('product_id').notNull(),
  name: text(),
  internal: text().notNull(),
})

/** As a resource gives it: joined, and within what the caller may see. */
const ofProduct: FilterRelation = {
  model: modelOf(categories, { private: ['internal'] }),
  exists(table: PgTable, condition: (related: PgTable) => SQL): SQL {
    const related = alias(categories, 'related')
    const product = table as typeof products
    return sql`exists (select from ${categories} as "related" where ${related.productId} = ${product.id} and ${related.internal} <> 'hidden' and ${condition(related)})`
  },
}
const relation = (name: string) => (name === 'categories' ? ofProduct : undefined)
const query = listQuery(
  modelOf(products),
  { filter: { 'categories.id': ['eq', 'in'], 'categories.name': ['ne', 'startsWith', 'isNull'] }, sort: ['name'] },
  { name: 'products', relation },
)

let own: TestDatabase<Record<string, never>>

beforeAll(async () => {
  own = await createTestDatabase(database())
  await own.database.start()
  await own.database.pool.query(`
    create table products (id int primary key, name text not null);
    create table categories (id int primary key, product_id int not null, name text, internal text not null);
    insert into products values (1, 'tea'), (2, 'cup'), (3, 'pot');
    insert into categories values (10, 1, 'Drink', ''), (11, 1, null, ''), (12, 2, 'Dishes', ''), (13, 3, 'Drums', 'hidden')`)
})
afterAll(() => own.drop())

describe('filters by related rows give the rows that have at least one', () => {
  it.each([
    ['categories.id=10', [1]],
    ['categories.id[in]=10&categories.id[in]=11&categories.id[in]=12', [1, 2]],
    ['categories.name[startsWith]=d', [1, 2]],
    ['categories.name[startsWith]=drum', []],
    ['categories.name[isNull]=true', [1]],
    ['categories.name[isNull]=false', [1, 2]],
    ['categories.name[ne]=Drink', [1, 2]],
    ['categories.name[startsWith]=d&categories.id=12', [2]],
  ])('%s: %j', async (search, ids) => {
    const { rows } = await runList(own.database.pool, products, readUrl(query, search))
    expect(rows.map(({ id }) => id)).toEqual(ids)
  })

  it('in code too', async () => {
    const request = query.readObject({ filter: { 'categories.id': { in: [12] } }, sort: ['-name'] }, KEY)
    expect((await runList(own.database.pool, products, request)).rows).toEqual([{ id: 2, name: 'cup' }])
  })
})

it('they are documented and answered for as others are', () => {
  expect(describeParameters(query.schema, 'query').slice(0, 2)).toMatchObject([
    { name: 'categories.id', schema: { type: 'integer' } },
    { name: 'categories.id[in]', schema: { type: 'array' } },
  ])
  expect(() => readUrl(query, 'categories.internal=x')).toThrow(expect.objectContaining({ code: 'query_invalid' }))
})

it('a private column of the related table, and a relation that nobody knows, are refused at once', () => {
  for (const name of ['categories.internal', 'owner.id', 'categories.', '.id'])
    expect(() => listQuery(modelOf(products), { filter: [name] }, { name: 'products', relation }), name).toThrow(name)
})
