import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Issue } from '../core/errors/issue.ts'
import { branchingOf } from './branching.ts'
import { compileInput, compileSerializer, ResponseMismatch } from './index.ts'

interface Nested {
  readonly of?: unknown
}

/** A tree whose members all go on below `of`, that notes how often its leaves are looked at. */
function tree() {
  let reads = 0
  const leaf = z.string().refine((text) => {
    reads += 1
    return text !== 'bad'
  })
  const Node: z.ZodType<Nested | string> = z.lazy(() =>
    z.union([leaf, z.object({ of: Node, sum: z.int() }), z.object({ of: Node, product: z.int() })]),
  )
  return { Node, reads: () => reads }
}

function nested(depth: number, innermost: unknown): unknown {
  let value = innermost
  for (let level = 0; level < depth; level++) value = { of: value, product: level }
  return value
}

describe('a recursive union whose members go on below the same key', () => {
  // The strict edge lets 64 levels in: tried in turn, the members would read the innermost 2^64 times.
  const DEPTH = 60
  const MEMBERS = 2

  it('reads each part of a value no more often than it has members', () => {
    const { Node, reads } = tree()
    const value = nested(DEPTH, 'fine')
    expect(compileInput(Node, { source: 'json', in: 'body' })(value, [])).toEqual(value)
    expect(reads()).toBe(MEMBERS)
  })

  it('is refused with one problem where it is deep', () => {
    const { Node, reads } = tree()
    const issues: Issue[] = []
    compileInput(Node, { source: 'json', in: 'body' })(nested(DEPTH, 'bad'), issues)
    expect(issues).toMatchObject([{ path: [], code: 'value_error', message: expect.stringContaining('too deep') }])
    expect(reads()).toBe(MEMBERS)
  })

  it('has its problems listed where it is not', () => {
    const { Node } = tree()
    const issues: Issue[] = []
    compileInput(Node, { source: 'json', in: 'body' })(nested(2, 'bad'), issues)
    expect(issues).toContainEqual(expect.objectContaining({ path: ['of', 'of'], code: 'value_error' }))
  })

  it('is written no more often either, and refused as a response too', () => {
    const { Node, reads } = tree()
    const write = compileSerializer(Node)
    expect(JSON.parse(write(nested(DEPTH, 'fine')))).toEqual(nested(DEPTH, 'fine'))
    expect(reads()).toBe(MEMBERS)
    expect(() => write(nested(DEPTH, 'bad'))).toThrow(ResponseMismatch)
  })

  it('sees a value that was changed since it was read before', () => {
    const { Node } = tree()
    const read = compileInput(Node, { source: 'json', in: 'body' })
    const value = { of: 'fine', sum: 1 }
    expect(read(value, [])).toEqual({ of: 'fine', sum: 1 })
    value.of = 'changed'
    expect(read(value, [])).toEqual({ of: 'changed', sum: 1 })
  })
})

describe('the ways to read one place are counted', () => {
  const filter = z.union([
    z.object({ field: z.string() }),
    z.object({
      get and() {
        return z.array(filter)
      },
    }),
    z.object({
      get or() {
        return z.array(filter)
      },
    }),
  ]) as z.ZodType

  it('one where the members go on below different keys', () => {
    expect(branchingOf(filter)).toBe(1)
  })

  it('one where the schema is not recursive, or has lists and objects of itself', () => {
    expect(branchingOf(z.union([z.object({ a: z.string() }), z.object({ a: z.int() })]))).toBe(1)
    expect(branchingOf(z.json())).toBe(1)
  })

  it('as many as the members that share a key', () => {
    expect(branchingOf(tree().Node)).toBe(2)
  })

  it('and a record shares every key', () => {
    const Open: z.ZodType = z.lazy(() =>
      z.union([z.object({ a: Open }), z.record(z.string(), Open), z.looseObject({ a: Open }).optional()]),
    )
    expect(branchingOf(Open)).toBe(3)
  })
})
