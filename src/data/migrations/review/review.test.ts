import { readdirSync } from 'node:fs'
import { bigint, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DrizzleSchema } from '../../drizzle.ts'
import { openWorkshop, type Workshop } from '../make.fixture.ts'
import { UndecidedChanges, type Question } from './decisions.ts'

let shop: Workshop
beforeEach(async () => {
  shop = await openWorkshop()
  await shop.make({ users })
})
afterEach(() => shop.end())

const columns = { id: integer().primaryKey(), name: text(), nick: text(), age: bigint({ mode: 'number' }) }
const users = pgTable('users', columns)

async function questionsOf(schema: DrizzleSchema, decisions = {}): Promise<readonly Question[]> {
  try {
    await shop.make(schema, { decisions })
  } catch (error) {
    if (error instanceof UndecidedChanges) return error.questions
    throw error
  }
  return []
}

describe('a change that could lose data', () => {
  test.each<{ what: string; to: DrizzleSchema; flags: readonly (readonly string[])[] }>([
    { what: 'a table that goes', to: {}, flags: [['--drop users']] },
    {
      what: 'a column that goes',
      to: { users: pgTable('users', { id: columns.id, name: text(), age: bigint({ mode: 'number' }) }) },
      flags: [['--drop users.nick']],
    },
    {
      what: 'a column that may have got a new name',
      to: { users: pgTable('users', { ...columns, name: text('full_name') }) },
      flags: [['--rename users.name=users.full_name', '--drop users.name']],
    },
    {
      what: 'a table that may have got a new name',
      to: { people: pgTable('people', columns) },
      flags: [['--rename users=people', '--drop users']],
    },
    {
      what: 'a type that holds less',
      to: { users: pgTable('users', { ...columns, age: integer() }) },
      flags: [['--convert users.age', "--convert 'users.age=SQL expression'"]],
    },
    {
      what: 'a required column without a default',
      to: { users: pgTable('users', { ...columns, email: text().notNull() }) },
      flags: [["--backfill 'users.email=SQL expression'", '--backfill users.email=']],
    },
  ])('is asked about, and nothing is written: $what', async ({ to, flags }) => {
    expect((await questionsOf(to)).map((question) => question.flags)).toEqual(flags)
    expect(readdirSync(shop.folder)).toEqual(['0001_change.sql'])
  })

  test('is not taken for a rename because everything destructive is allowed', async () => {
    const to = { users: pgTable('users', { ...columns, name: text('full_name') }) }
    expect(await questionsOf(to, { allowDestructive: true })).toHaveLength(1)
    expect(await questionsOf(to, { drops: ['users.name'] })).toEqual([])
    expect(
      await shop.query(
        "SELECT FROM information_schema.columns WHERE table_name = 'users' AND column_name = 'full_name'",
      ),
    ).toHaveLength(1)
  })

  test('keeps its values where it was a rename', async () => {
    await shop.query("INSERT INTO users (id, name) VALUES (1, 'Ada')")
    await shop.make(
      { users: pgTable('users', { ...columns, name: text('full_name') }) },
      { decisions: { renames: { 'users.name': 'users.full_name' } } },
    )
    expect(await shop.query('SELECT full_name FROM users')).toEqual([{ full_name: 'Ada' }])
  })

  test('is asked about one after the other, so that an answer counts for the next', async () => {
    const asked: string[] = []
    await shop.make(
      { users: pgTable('users', { id: columns.id, age: columns.age, first: text(), last: text() }) },
      {
        ask: async ({ object, candidates }) => {
          asked.push(`${object}: ${candidates.join(', ')}`)
          return { renames: { [object]: candidates[0]! } }
        },
      },
    )
    expect(asked).toEqual(['users.name: users.first, users.last', 'users.nick: users.last'])
  })
})
