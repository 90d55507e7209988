import { expect, test } from 'vitest'
import { explain } from './explain.ts'

function failure(message: string, frame: string, cause?: Error): Error {
  const error = new Error(message, { cause })
  error.stack = `Error: ${message}\n    at node_modules/pg/client.js:1:1\n    at Array.map (<anonymous>)\n    at ${frame}`
  return error
}

test('a cause is shown where it says more than the error, or comes from another line of the app', () => {
  const refused = failure('no such table', 'node_modules/pg/result.js:2:2')
  expect(explain(failure('0002.sql failed: no such table', '/app/start.ts:1:1', refused))).toBe(
    '0002.sql failed: no such table\n    at /app/start.ts:1:1',
  )
  const elsewhere = failure('no such table', '/app/books.ts:3:3')
  expect(explain(failure('It failed: no such table', '/app/start.ts:1:1', elsewhere))).toContain(
    'Caused by: no such table\n    at /app/books.ts:3:3',
  )
  expect(explain(failure('It failed', '/app/start.ts:1:1', refused))).toContain('\nCaused by: no such table')
})

test('only lines of the app are shown of a stack', () => {
  expect(explain(failure('broken', '/app/books.ts:3:3'))).toBe('broken\n    at /app/books.ts:3:3')
})

test('what the database does not know is told with what writes the migration, and with its own hint', () => {
  const cause = Object.assign(failure('column posts.titel does not exist', 'node_modules/pg/client.js:1:1'), {
    code: '42703',
    hint: 'Perhaps you meant to reference the column "posts.title".',
  })
  const text = explain(failure('Failed query', '/app/books.ts:3:3', cause))
  expect(text).toContain('does not exist\n  Perhaps you meant to reference the column "posts.title".\n')
  expect(text).toContain('ashlar migrate make NAME')
  expect(explain(failure('broken', '/app/books.ts:3:3'))).not.toContain('migrate')
})
