import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Issue } from '../core/errors/issue.ts'
import type { Schema } from '../core/schema.ts'
import { compileInput, compileSerializer, ResponseMismatch } from './index.ts'
import { reportSize } from './report-limits.ts'

function issuesOf(schema: Schema, value: unknown): Issue[] {
  const issues: Issue[] = []
  compileInput(schema, { source: 'json', in: 'body' })(value, issues)
  return issues
}

const repeat = (count: number, value: unknown) => Array.from({ length: count }, () => value)
const fields = (count: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`field${index}`, value]))
const List = z.object({ list: z.array(z.string()) })

describe('a value with very many problems', () => {
  it('has the first hundred listed', () => {
    expect(issuesOf(List, { list: repeat(500, 1) })).toHaveLength(100)
    expect(issuesOf(z.strictObject({}), fields(500, 1))).toHaveLength(100)
  })

  // Left to itself Zod takes seconds for these, or overflows the stack.
  it.each<[string, Schema, unknown]>([
    ['a list', List, { list: repeat(500_000, 1) }],
    ['unknown fields', z.strictObject({}), fields(50_000, 1)],
    ['keys of a record', z.record(z.string().max(2), z.int()), fields(50_000, 1)],
    ['values of a record', z.record(z.string(), z.int()), fields(50_000, 'x')],
  ])('is refused with one problem where it is large: %s', (_, schema, value) => {
    expect(issuesOf(schema, value)).toHaveLength(1)
  })

  it('is refused as a response too, even where it goes in circles', () => {
    expect(() => compileSerializer(List)({ list: repeat(200_000, 1) })).toThrow(ResponseMismatch)
    const circle: Record<string, unknown> = { list: 5 }
    circle['self'] = circle
    expect(() => compileSerializer(List)(circle)).toThrow(ResponseMismatch)
  })
})

it('a large value without problems is accepted, asynchronous checks included', async () => {
  const value = { list: repeat(100_000, 'x') }
  expect(compileInput(List, { source: 'json', in: 'body' })(value, [])).toEqual(value)
  const checked = List.refine(async () => Promise.resolve(true))
  expect(await compileInput(checked, { source: 'json', in: 'body' })(value, [])).toEqual(value)
})

it('the parts of a value are its fields and items, at every depth', () => {
  expect(reportSize('x')).toBe('small')
  expect(reportSize({ a: repeat(1000, 0) })).toBe('small')
  expect(reportSize({ a: repeat(1000, { b: 1 }) })).toBe('large')
  expect(reportSize([fields(2001, 1)])).toBe('wide')
})
