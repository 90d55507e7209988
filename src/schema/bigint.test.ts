import { expect, it } from 'vitest'
import { z } from 'zod'
import { acceptsBigint } from './index.ts'

it('acceptsBigint finds a bigint anywhere in a schema, and nothing else', () => {
  const Node = z.object({
    get next() {
      return Node.nullable()
    },
    n: z.record(z.string(), z.array(z.union([z.string(), z.bigint().optional()]))),
  })
  expect(acceptsBigint(Node)).toBe(true)
  expect(acceptsBigint(z.object({ a: z.literal(1n) }))).toBe(true)
  expect(acceptsBigint(z.object({ a: z.int(), b: z.any(), c: z.literal(1) }))).toBe(false)
})
