import { integer, pgTable } from 'drizzle-orm/pg-core'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { columnEquals, everyOf, sized, someOf, type Condition, type Scope } from './condition.ts'
import { predicateScope } from './predicate.ts'

const table = pgTable('t', { id: integer().primaryKey() })
const column = (name: string): Condition => columnEquals(name, 1, () => table.id)
const text = (part: string): Scope => predicateScope(() => sql.raw(part), table, 'p')
const shapes = (...scopes: Scope[]): string[] => scopes.map((scope) => (scope as Condition).shape)

test('conditions that differ have different shapes, whatever is in their names and texts', () => {
  const different = shapes(
    everyOf([column('a'), column('b')]),
    someOf([column('a'), column('b')]),
    column('a=&1:b'),
    everyOf([column('a'), someOf([column('b'), column('c')])]),
    everyOf([column('a'), column('b'), column('c')]),
    text('a = 1'),
    text('(1:a=&1:b=)'),
    everyOf([text('x'), column('a')]),
    text(`x&${sized('a')}=`),
  )
  expect(new Set(different).size).toBe(different.length)
  // None is the beginning of another, so that several in a row say where each of them ends.
  for (const each of different) expect(different.filter((other) => other.startsWith(each))).toEqual([each])
})

test('what a condition compares is known only where it does nothing else', () => {
  expect((everyOf([column('a'), someOf([column('b'), true, column('c')])]) as Condition).compares).toEqual({
    column: 'a',
    value: 1,
  })
  expect((everyOf([column('a'), text('x')]) as Condition).compares).toBeUndefined()
})
