import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { anyone } from './access/index.ts'
import { NotFound } from './errors/index.ts'
import { Problems } from './graph/problems.ts'
import { route } from './route.ts'
import { router, type Router } from './router.ts'
import { placeOperations } from './tree.ts'

const access = anyone
const done = (): undefined => undefined

function mistakesOf(root: unknown): string {
  const problems = new Problems()
  placeOperations(root as Router, problems)
  try {
    problems.throwIfAny()
    return ''
  } catch (error) {
    return (error as Error).message.split('\n').slice(1).join('\n')
  }
}

/** As JavaScript would call it: Node runs a file whatever its types say. */
const untyped = route as unknown as { get(path: string, options: object, handler?: () => unknown): never }
const get = (options: object): string => mistakesOf(router('', { a: untyped.get('/a', { access, ...options }, done) }))

describe('a mistake that the compiler finds too is told at the start, with its place and what to write', () => {
  test.each<[object, string]>([
    [{ query: { limit: z.int() } }, 'its query is not a schema; write query: z.object({ ... })'],
    [{ timeoutMs: 0 }, 'its timeoutMs is 0; a time limit is a whole number of milliseconds from 1 to 2147483647'],
    [{ timeoutMs: NaN }, 'its timeoutMs is NaN; a time limit is'],
    [{ timeoutMs: 3e9 }, 'its timeoutMs is 3000000000; a time limit is'],
    [
      { response: { id: z.int() } },
      'its response has the key "id", which is no status; a schema of fields is z.object({ id: ... })',
    ],
    [{ response: { 99: z.int() } }, 'it declares the status 99; a response has one from 200 to 599'],
    [{ status: 600 }, 'it declares the status 600; a response has one from 200 to 599'],
    [{ body: z.object({}) }, 'a GET request has no body; take the input from query, or use another method'],
    [{ errors: [404] }, 'its errors hold 404, which is not an error class; write errors: [NotFound]'],
    [{ errors: [new NotFound()] }, 'its errors hold an instance of not_found, which is not an error class'],
    [{ errors: [undefined] }, 'its errors hold undefined; two modules probably import each other'],
    [{ uses: [{}] }, 'its uses have no names; write uses: { name: dependency }'],
    [{ access: 'public' }, 'it has no access rule; say who may call it: access: anyone, authenticated'],
  ])('%o', (options, message) => {
    expect(get(options)).toContain(`  - a: ${message}`)
  })

  test('an operation without a handler', () => {
    expect(mistakesOf(router('', { a: untyped.get('/a', { access }) }))).toContain(
      'a: it has no handler; write route.get(',
    )
  })
})

describe('what is in the place of the api or of an operation is told by its place', () => {
  const operation = route.get('/a', { access }, done)
  const noPrefix = (router as unknown as (children: object) => Router)({ operation })

  test.each<[string, unknown, string]>([
    ['no api', undefined, 'api: it is undefined; if it is imported, two modules probably import each other'],
    ['a plain object', { operation }, "api: it is not a router; write api: router('/api', { ... })"],
    ['no prefix', noPrefix, "api: it has no prefix or no children; write router('/path', { name: operation })"],
    [
      'a function',
      router('', { a: (() => 1) as never }),
      'a: this is neither an operation nor a router; write route.get(',
    ],
    [
      'nothing',
      router('', { b: router('/b', { c: undefined as never }) }),
      'b.c: it is undefined; if it is imported, two',
    ],
  ])('%s', (_, root, message) => {
    expect(mistakesOf(root)).toContain(`  - ${message}`)
  })
})

test('the time limit of a router is checked as well', () => {
  const api = router('', { timeoutMs: -1 }, { a: route.get('/a', { access }, done) })
  expect(mistakesOf(api)).toContain('a: its timeoutMs is -1; a time limit is')
})
