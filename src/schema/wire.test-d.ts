import { expectTypeOf, test } from 'vitest'
import type { z } from 'zod'
import type { bytes, Wire, WireInput } from './index.ts'

interface Node {
  at: Date
  children: Node[]
}

test('Wire is what a client receives', () => {
  expectTypeOf<Wire<Date>>().toEqualTypeOf<string>()
  expectTypeOf<Wire<bigint | null | undefined>>().toEqualTypeOf<string | null | undefined>()
  expectTypeOf<Wire<{ at: Date; n?: bigint; readonly b: Uint8Array }>>().toEqualTypeOf<{
    at: string
    n?: string
    readonly b: string
  }>()
  expectTypeOf<Wire<{ list: { at: Date }[]; pair: [Date, number]; map: Record<string, Date> }>>().toEqualTypeOf<{
    list: { at: string }[]
    pair: [string, number]
    map: Record<string, string>
  }>()
  expectTypeOf<Wire<readonly Date[]>>().toEqualTypeOf<readonly string[]>()
  expectTypeOf<Wire<{ kind: 'a'; at: Date } | { kind: 'b' }>>().toEqualTypeOf<
    { kind: 'a'; at: string } | { kind: 'b' }
  >()
  expectTypeOf<Wire<'a' | 1 | true>>().toEqualTypeOf<'a' | 1 | true>()
  expectTypeOf<Wire<Node>['children'][number]['at']>().toEqualTypeOf<string>()
})

test('unknown and any pass', () => {
  expectTypeOf<Wire<unknown>>().toBeUnknown()
  expectTypeOf<Wire<{ a: unknown; b: any }>>().toEqualTypeOf<{ a: unknown; b: any }>() // oxlint-disable-line typescript/no-explicit-any -- what is tested
  expectTypeOf<Wire<never>>().toBeNever()
  expectTypeOf<Wire<void>>().toEqualTypeOf<void>()
})

test('a branded string stays branded', () => {
  type Id = string & z.core.$brand<'Id'>
  expectTypeOf<Wire<{ id: Id }>>().toEqualTypeOf<{ id: Id }>()
})

test('WireInput is what a client sends', () => {
  expectTypeOf<WireInput<{ at: Date; n?: bigint | undefined }>>().toEqualTypeOf<{
    at: string
    n?: string | undefined
  }>()
})

test('bytes are a Uint8Array in the code and a string before', () => {
  type Bytes = ReturnType<typeof bytes>
  expectTypeOf<z.output<Bytes>>().toExtend<Uint8Array>()
  expectTypeOf<z.input<Bytes>>().toEqualTypeOf<string>()
})
