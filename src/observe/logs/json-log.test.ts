import { DrizzleQueryError } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { HiddenNames } from './hidden-names.ts'
import { jsonLog } from './json-log.ts'
import { logLevel } from './log-level.ts'
import { RedactingLog } from './redacting-log.ts'

function logged(error: unknown): string {
  let text = ''
  const sink = jsonLog('info', { write: (line) => void (text += line) })
  new RedactingLog({ sink, names: new HiddenNames(), reports: undefined }).error({ err: error }, 'failed')
  return text
}

test('a failed query is logged with its text, its place and its cause, and without its values', () => {
  const cause = Object.assign(new Error('duplicate key value'), {
    code: '23505',
    detail: 'Key (email)=(ada@secret.test) already exists.',
    where: 'unnamed portal parameter $1 = secret',
  })
  const error = new DrizzleQueryError('insert into "users" values ($1, $2)', ['ada@secret.test', 'line\nsecret'], cause)
  const text = logged(error)
  expect(text).not.toContain('secret')
  const { err } = JSON.parse(text) as { err: { message: string; stack: string; cause: { code: string } } }
  expect(err.message).toContain('insert into')
  expect(err.stack).toContain('json-log.test.ts')
  expect(err.cause.code).toBe('23505')
})

test('other errors are logged as they are, and so is what is none', () => {
  const text = logged(Object.assign(new Error('no luck'), { code: 'E', data: { left: 1 } }))
  expect(JSON.parse(text)).toMatchObject({ msg: 'failed', err: { message: 'no luck', code: 'E', data: { left: 1 } } })
  expect(JSON.parse(logged('text'))).toMatchObject({ err: 'text' })
})

test('a level that is none is refused, with those there are', () => {
  expect(() => logLevel('verbose', 'LOG_LEVEL')).toThrow(
    'LOG_LEVEL must be one of debug, info, warn, error, fatal, silent; it is "verbose".',
  )
})
