import { expect, test } from 'vitest'
import { isControl, patternOf } from './statement-text.ts'

test('statements that differ in values alone have one pattern', () => {
  const pattern = 'select "a1" from t where id = ? and name in (?) limit ?'
  expect(patternOf('select "a1" from t where id = $1 and name in ($2) limit $3')).toBe(pattern)
  expect(patternOf(`select "a1"  from t\n where id = 17 and name in ('x', 'it''s', 'y') limit 2.5`)).toBe(pattern)
})

test('rows of an insert count as one, however many', () => {
  expect(patternOf('insert into t (a, b) values ($1, $2), ($3, $4)')).toBe(
    patternOf('insert into t (a, b) values ($1, $2)'),
  )
})

test('no value is left in a pattern', () => {
  expect(patternOf(`select 'secret', 4711, 'a''secret'`)).not.toMatch(/secret|4711/)
})

test('what begins and ends transactions is no statement of the app', () => {
  expect(['BEGIN', ' savepoint sp1', 'release savepoint sp1', "SET LOCAL x = '1'"].every(isControl)).toBe(true)
  expect(isControl('select 1')).toBe(false)
})
