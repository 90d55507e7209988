import { relations } from 'drizzle-orm'
import { pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { expectTypeOf, test } from 'vitest'
import { dependency, type TypesOf, type ValueOf } from '../core/dependency.ts'
import {
  afterCommit,
  database,
  DatabaseUnavailable,
  SerializationFailure,
  UniqueViolation,
  type Drizzle,
  type Reader,
  type Transaction,
  type TransactionOptions,
} from './index.ts'

const users = pgTable('users', { id: uuid().primaryKey(), name: text() })
const posts = pgTable('posts', { id: uuid().primaryKey(), author: uuid().notNull() })
const postRelations = relations(posts, ({ one }) => ({
  author: one(users, { fields: [posts.author], references: [users.id] }),
}))
const schema = { users, posts, postRelations }
const db = database({ schema })

test('a transaction knows the tables and relations', () => {
  dependency({ uses: { tx: db.transaction } }, async ({ tx }) => {
    expectTypeOf(await tx.select().from(users)).toEqualTypeOf<{ id: string; name: string | null }[]>()
    const post = await tx.query.posts.findFirst({ with: { author: true } })
    expectTypeOf(post!.author.name).toEqualTypeOf<string | null>()
    // @ts-expect-error no such table
    void tx.query.comments
  })
})

test('a repository takes a handle with a transaction or without one', () => {
  expectTypeOf<Transaction<typeof schema>>().toExtend<Drizzle<typeof schema>>()
  expectTypeOf<ValueOf<typeof db.drizzle>>().toEqualTypeOf<Drizzle<typeof schema>>()
  expectTypeOf(db.run).parameter(0).parameter(0).toEqualTypeOf<Transaction<typeof schema>>()
})

test('a repository of any schema takes the handles of each', () => {
  expectTypeOf<Transaction<typeof schema>>().toExtend<Drizzle>()
  expectTypeOf<Transaction<typeof schema>>().toExtend<Transaction>()
  expectTypeOf<Reader<typeof schema>>().toExtend<Reader>()
  const plain = database()
  expectTypeOf<ValueOf<typeof plain.drizzle>>().toExtend<Drizzle>()
  dependency({ uses: { db: db.drizzle } }, async ({ db: handle }) => {
    const any: Drizzle = handle
    expectTypeOf(await any.select().from(users)).toEqualTypeOf<{ id: string; name: string | null }[]>()
    // @ts-expect-error of which tables is not known
    void any.query.posts
  })
})

test('operations that use a database document that it may be unavailable', () => {
  type Errors = InstanceType<TypesOf<typeof db.transaction>['errors']>
  expectTypeOf<Errors['code']>().toEqualTypeOf<'database_unavailable' | 'serialization_failure'>()
  expectTypeOf(DatabaseUnavailable.status).toEqualTypeOf<503>()
  expectTypeOf(SerializationFailure.status).toEqualTypeOf<503>()
  expectTypeOf(
    new UniqueViolation('x', { data: { constraint: 'x', table: 'x' } }).data.constraint,
  ).toEqualTypeOf<string>()
})

test('an isolated transaction is a transaction, and a run takes the same options', () => {
  const strict = db.isolated({ isolation: 'serializable', retry: true })
  expectTypeOf<ValueOf<typeof strict>>().toEqualTypeOf<Transaction<typeof schema>>()
  expectTypeOf(db.run).parameter(1).toExtend<TransactionOptions | undefined>()
  // @ts-expect-error PostgreSQL has no such level of its own
  db.isolated({ isolation: 'read uncommitted' })
  // @ts-expect-error it lives as long as the handler
  dependency({ scope: 'app', uses: { strict } }, () => 1)
})

test('a reader reads, and what reads takes a transaction as well', () => {
  dependency({ scope: 'app', uses: { reader: db.reader } }, async ({ reader }) => {
    expectTypeOf(await reader.select().from(users)).toEqualTypeOf<{ id: string; name: string | null }[]>()
    const post = await reader.query.posts.findFirst({ with: { author: true } })
    expectTypeOf(post!.author.name).toEqualTypeOf<string | null>()
    // @ts-expect-error it does not write
    void reader.insert(users)
  })
  expectTypeOf<Drizzle<typeof schema>>().toExtend<Reader<typeof schema>>()
  expectTypeOf<Transaction<typeof schema>>().toExtend<Reader<typeof schema>>()
})

test('work for after the commit takes a transaction', () => {
  dependency({ uses: { tx: db.transaction, drizzle: db.drizzle } }, ({ tx, drizzle }) => {
    afterCommit(tx, async () => {})
    // @ts-expect-error each statement is committed by itself
    afterCommit(drizzle, () => {})
  })
})

test('a transaction may not be kept by what lives longer', () => {
  // @ts-expect-error a service of the whole app would keep it after its end
  dependency({ scope: 'app', uses: { tx: db.transaction } }, () => 1)
  dependency({ scope: 'app', uses: { drizzle: db.drizzle } }, ({ drizzle }) => drizzle)
})
