import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Secret } from '../../core/secret.ts'
import { HiddenNames } from './hidden-names.ts'
import { redacted } from './redaction.ts'

const canary = 'canary-4711-value'
const names = new HiddenNames(['address'])

function shown(fields: object, credentials: readonly string[] = []): string {
  return inspect(redacted(fields, names, credentials), { depth: 20, showHidden: true })
}

test('fields without secrets are the very same object: nothing is copied', () => {
  const fields = { id: 1, at: new Date(0), deep: { list: [1, { a: 'b' }] }, err: new Error('plain'), absent: undefined }
  expect(redacted(fields, names)).toBe(fields)
})

test('what a name or a type says to be secret is left out, however deep and in whatever holds it', () => {
  class Call {
    readonly options = { headers: { authorization: canary, 'Set-Cookie': [canary] } }
  }
  const texts = [
    { password: canary },
    { user: { accessToken: canary, apiKey: canary, pin: 4711 } },
    { list: [[{ clientSecret: canary }]] },
    { headers: { cookie: canary, 'x-api-key': canary, 'idempotency-key': canary } },
    { rawHeaders: ['authorization', canary] },
    { headers: new Headers({ authorization: canary }) },
    { query: new URLSearchParams({ token: canary }) },
    { map: new Map([['password', canary]]) },
    { key: new Secret(canary) },
    { call: new Call() },
    { value: { toJSON: () => ({ token: canary }) } },
    { bytes: Buffer.from(canary) },
    { address: canary },
    { at: { a: { very: { deep: { place: { of: { some: canary } } } } } } },
  ].map((fields) => shown(fields))
  for (const text of texts) expect(text).not.toContain(canary)
  expect(texts[0]).toBe("{ password: '[redacted]' }")
})

test('whether there is a secret is no secret, and what only looks like its name is shown', () => {
  const fields = { hasPassword: true, token: undefined, session: null, spinner: 'x', author: 'Ada' }
  expect(redacted(fields, names)).toBe(fields)
})

test('a log line cannot fail, whatever it is given', () => {
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  expect(shown(circle)).toContain('left out')
  const wide = { list: Array.from({ length: 100_000 }, () => ({})) }
  expect(JSON.stringify(redacted(wide, names))).toContain('left out')
  const broken = Object.defineProperty({}, 'bad', {
    enumerable: true,
    get() {
      throw new TypeError('no')
    },
  })
  expect(redacted(broken, names)).toEqual({ unreadable: 'TypeError' })
})

test('an error without secrets is passed on as it is', () => {
  const error = new TypeError('no luck', { cause: new Error('why') })
  expect(redacted({ err: error }, names)).toHaveProperty('err', error)
})

test('an error with secrets keeps its class, its code, its cause and where it was thrown', () => {
  class Refused extends Error {
    readonly code = 'E_REFUSED'
    readonly config = { headers: { authorization: `Bearer ${canary}` } }
  }
  const { err } = redacted(
    { err: new Refused('refused', { cause: new Error(`at https://ada:${canary}@db`) }) },
    names,
  ) as {
    err: Refused & { cause: Error }
  }
  expect(err).toBeInstanceOf(Refused)
  expect(err.code).toBe('E_REFUSED')
  expect(err.stack).toContain('redaction.test.ts')
  expect(err.cause.message).toBe('at https://[redacted]@db')
  expect(inspect(err, { depth: 20 })).not.toContain(canary)
})

test('what libraries put into their errors is left out', () => {
  const Login = z.object({ password: z.string().min(50) })
  const errors = [
    Login.safeParse({ password: canary }, { reportInput: true }).error,
    thrown(() => JSON.parse(`${canary} {"token":"${canary}"}`)),
    thrown(() => new URL(`//${canary}`)),
    new Error(`upstream refused Authorization: Bearer ${canary}`),
    new Error('token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.canary-4711-value is not valid'),
    Object.assign(new Error(`invalid input syntax for type uuid: "${canary}"`), { code: '22P02' }),
    new AggregateError([new Error(`Basic ${canary}`)], 'all failed'),
  ]
  for (const error of errors) {
    const text = shown({ err: error })
    expect(text).not.toContain(canary)
    expect(text).toContain((error as Error).name)
  }
})

test('an error that repeats a credential of its request is shown without it', () => {
  expect(shown({ err: new Error(`unknown key ${canary}!`) }, [canary])).toContain('unknown key [redacted]!')
})

function thrown(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('It did not throw.')
}
