import { integer, pgTable } from 'drizzle-orm/pg-core'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { database, type Database, type Transaction } from '../index.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'
import { transactionRunner } from '../tx-runner.ts'
import { compileStatement } from '../statements/compile.ts'
import type { Engine } from '../engine.ts'

const marks = pgTable('marks', { id: integer().primaryKey() })
let own: TestDatabase<Record<string, never>>
let db: Database

beforeAll(async () => {
  own = await createTestDatabase(database())
  db = own.database
  await db.start()
  await db.run((tx) => tx.execute(sql`create table marks (id int primary key)`))
})
afterAll(() => own.drop())

test('a statement that comes after the end of its transaction is refused, and not saved with the work of others', async () => {
  const late: ((tx: Transaction) => Promise<unknown>)[] = [
    (tx) => tx.insert(marks).values({ id: 1 }),
    (tx) => tx.transaction((inner) => inner.insert(marks).values({ id: 2 })),
    (tx) => transactionRunner(tx, { prepared: true } as Engine<Record<string, never>>).run(INSERT, []),
  ]
  const committed = await db.run((tx) => Promise.resolve(tx))
  let undone: Transaction | undefined
  await db
    .run((tx) => Promise.reject(Object.assign(new Error('undone'), { undone: (undone = tx) })))
    .catch(() => undefined)
  for (const work of late)
    for (const tx of [committed, undone!]) expect(await work(tx).catch(reasonOf)).toMatch(/^This transaction has ended/)
  expect(await db.run((tx) => tx.select().from(marks))).toEqual([])
})

const INSERT = compileStatement(sql`insert into marks values (3)`)

/** Drizzle names the statement, and has the reason as the cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error ? cause.message : message
}
