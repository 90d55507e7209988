import type { PgTable } from 'drizzle-orm/pg-core'
import { TableFactory } from './factory-rows.ts'
import type { Factory, FactoryInput, RelationsOf } from './factory-types.ts'

/**
 * Makes rows of a table for tests and seeds. What neither `defaults` nor a call gives, and the database does not fill, is made up by the
 * column's type: the same in every run, and different for each row. Columns that may be NULL stay so.
 *
 * Another factory as a value makes the row that the column refers to. Declare one factory for a table and derive its variants by `with`: they
 * count their rows together, so that unique values stay so. A package for made-up data fits in: `({ sequence }) => (faker.seed(sequence), ...)`.
 *
 * @example
 * const db = database()
 * const post = factory(tables.posts, ({ sequence }) => ({ title: `Post ${sequence}` }))
 * const untitled = post.with({ title: '' })
 * await using t = await testApp(app)
 * await t.run({ tx: db.transaction }, async ({ tx }) => {
 *   const first = await post.create(tx, { title: 'Hello' })
 *   const more = await post.createMany(tx, 20)
 * })
 * @throws TypeError when a row is made, where a value has no column, where a column refers to a table and has neither a key nor a factory, and
 * where nothing is known about a column's type.
 */
export function factory<Table extends PgTable, const Values extends object = {}>(
  table: Table,
  defaults?: FactoryInput<Table, Values>,
): Factory<Table, RelationsOf<Values>> {
  // What the types say about keys is not known to the rows, which are made of whatever columns the table has.
  return new TableFactory(table, defaults === undefined ? [] : [defaults]) as unknown as Factory<
    Table,
    RelationsOf<Values>
  >
}
