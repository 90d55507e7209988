import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Schema } from '../core/schema.ts'
import { alias, bytes, compileInput, compileSerializer, ResponseMismatch } from './index.ts'

const wire = (schema: Schema, value: unknown): unknown => JSON.parse(compileSerializer(schema)(value))
const day = new Date('2026-01-31T12:00:00Z')

function mismatch(schema: Schema, value: unknown): ResponseMismatch {
  try {
    compileSerializer(schema)(value)
  } catch (error) {
    if (error instanceof ResponseMismatch) return error
    throw error
  }
  throw new Error('The value was accepted.')
}

describe('a response', () => {
  it('holds declared fields only, at every depth', () => {
    const schema = z.object({
      id: z.int(),
      owner: z.object({ name: z.string() }),
      tags: z.array(z.object({ t: z.string() })),
      by: z.record(z.string(), z.object({ n: z.int() })),
    })
    const row = {
      id: 1,
      passwordHash: 'x',
      owner: { name: 'a', passwordHash: 'x' },
      tags: [{ t: 'b', passwordHash: 'x' }],
      by: { k: { n: 1, passwordHash: 'x' } },
    }
    expect(wire(schema, row)).toEqual({ id: 1, owner: { name: 'a' }, tags: [{ t: 'b' }], by: { k: { n: 1 } } })
  })

  it('keeps what a loose object or a catchall declares', () => {
    expect(wire(z.looseObject({ a: z.int() }), { a: 1, b: 2 })).toEqual({ a: 1, b: 2 })
    expect(wire(z.object({ a: z.int() }).catchall(z.date()), { a: 1, b: day })).toEqual({ a: 1, b: day.toISOString() })
  })

  it('has the wire forms of dates, bigints, bytes and codecs', () => {
    const schema = z.object({
      at: z.date(),
      n: z.bigint(),
      one: z.literal(1n),
      b: bytes(),
      maybe: z.date().nullish(),
      list: z.array(z.date()),
      or: z.union([z.date(), z.int()]),
      cents: z.codec(z.string(), z.int(), {
        decode: (text) => Number(text) * 100,
        encode: (cents) => String(cents / 100),
      }),
    })
    const value = {
      at: day,
      n: 2n ** 70n,
      one: 1n,
      b: new Uint8Array([104, 105]),
      maybe: null,
      list: [day],
      or: day,
      cents: 250,
    }
    expect(wire(schema, value)).toEqual({
      at: '2026-01-31T12:00:00.000Z',
      n: '1180591620717411303424',
      one: '1',
      b: 'aGk=',
      maybe: null,
      list: ['2026-01-31T12:00:00.000Z'],
      or: '2026-01-31T12:00:00.000Z',
      cents: '2.5',
    })
  })

  it('leaves undefined keys out and keeps null', () => {
    expect(
      compileSerializer(z.object({ a: z.string().optional(), b: z.string().nullable() }))({ a: undefined, b: null }),
    ).toBe('{"b":null}')
  })

  it('is the same text as JSON.stringify of what Zod encodes', () => {
    const schema = z.object({ b: z.string().optional(), a: z.int(), c: z.array(z.union([z.string(), z.null()])) })
    for (const value of [
      { a: 1, c: ['\u2028"', null] },
      { c: [], b: 'x', a: 2, extra: 1 },
    ]) {
      expect(compileSerializer(schema)(value)).toBe(JSON.stringify(z.encode(schema, value)))
    }
  })

  it('uses the names of the wire', () => {
    const schema = z.object({
      createdAt: alias(z.date(), 'created_at'),
      inner: z.object({ fullName: alias(z.string(), 'full_name').optional() }),
    })
    expect(wire(schema, { createdAt: day, inner: { fullName: 'x' } })).toEqual({
      created_at: day.toISOString(),
      inner: { full_name: 'x' },
    })
  })

  it('may be recursive', () => {
    const Node = z.object({
      at: z.date(),
      get children() {
        return z.array(Node)
      },
    })
    expect(wire(Node, { at: day, children: [{ at: day, children: [], extra: 1 }] })).toEqual({
      at: day.toISOString(),
      children: [{ at: day.toISOString(), children: [] }],
    })
  })

  it('of an instance of a class reads its fields and getters', () => {
    class Post {
      readonly #title = 'x'
      readonly id = 1
      get title(): string {
        return this.#title
      }
    }
    expect(wire(z.object({ id: z.int(), title: z.string() }), new Post())).toEqual({ id: 1, title: 'x' })
  })

  it('runs overwrites and refinements', () => {
    const schema = z.object({ a: z.string().trim(), b: z.int() }).refine(({ b }) => b > 0, 'b must be positive')
    expect(wire(schema, { a: ' x ', b: 1 })).toEqual({ a: 'x', b: 1 })
    expect(mismatch(schema, { a: 'x', b: 0 }).issues).toMatchObject([{ path: [], message: 'b must be positive' }])
  })

  it('writes undeclared values, a bigint among them, as JSON can', () => {
    expect(wire(z.object({ any: z.unknown() }), { any: { n: 5n, at: day } })).toEqual({
      any: { n: '5', at: day.toISOString() },
    })
  })

  it('of nothing is null', () => {
    expect(compileSerializer(z.undefined())(undefined)).toBe('null')
  })
})

describe('a value that does not fit', () => {
  it.each<[string, Schema, unknown, string, string]>([
    ['a wrong type', z.object({ a: z.string() }), { a: 1 }, 'a', 'string_type'],
    ['a failed check', z.object({ a: z.string().max(1) }), { a: 'xx' }, 'a', 'string_too_long'],
    ['NaN', z.object({ a: z.number() }), { a: Number.NaN }, 'a', 'finite_number'],
    ['a missing key', z.object({ a: z.string() }), {}, 'a', 'missing'],
    ['a missing key with a default for input', z.object({ a: z.string().default('x') }), {}, 'a', 'missing'],
    ['an invalid date', z.object({ a: z.date() }), { a: new Date(Number.NaN) }, 'a', 'datetime_type'],
    ['a date in wire form', z.object({ a: z.date() }), { a: '2026-01-31T12:00:00Z' }, 'a', 'datetime_parsing'],
    ['an unknown key of a strict object', z.strictObject({ a: z.int() }), { a: 1, b: 1 }, 'b', 'extra_forbidden'],
    ['nothing', z.object({ a: z.int() }), undefined, '', 'missing'],
    [
      'something deep',
      z.array(z.object({ a: z.object({ b: z.int() }) })),
      [{ a: { b: 1 } }, { a: { b: 'x' } }],
      '1.a.b',
      'int_type',
    ],
  ])('is refused: %s', (...[, schema, value, path, code]) => {
    expect(mismatch(schema, value).issues.map((issue) => [issue.path.join('.'), issue.code])).toEqual([[path, code]])
  })

  it('is described for the log, without secrets', () => {
    const error = mismatch(z.object({ id: z.int(), token: z.int() }), { id: 'x', token: 'hunter2' })
    expect(error.message).toBe(
      'The value does not fit the declared response: id: Input should be a valid integer; token: Input should be a valid integer.',
    )
    expect(JSON.stringify(error.issues)).not.toContain('hunter2')
  })
})

describe('a mistake of the handler is told by its name', () => {
  const schema = z.object({ item: z.object({ id: z.int() }) })

  it('where it returned nothing', () => {
    expect(mismatch(schema, undefined).message).toBe(
      'The value does not fit the declared response: it is undefined, the handler returned nothing.',
    )
  })

  it('where a promise was not awaited', () => {
    expect(mismatch(schema, { item: Promise.resolve({ id: 1 }) }).message).toBe(
      'The value does not fit the declared response: item is a promise, await it.',
    )
  })
})

describe('a schema that cannot be sent', () => {
  it.each<[Schema, string]>([
    [z.string().transform(Number), ''],
    [z.object({ items: z.array(z.object({ price: z.string().transform(Number) })) }), ' at "items.*.price"'],
    [z.object({ a: z.preprocess(String, z.string()) }), ' at "a"'],
    [z.object({ a: z.string().transform(Number).pipe(z.int()).optional() }), ' at "a"'],
  ])('is refused at once, naming the place and z.codec: case %#', (schema, where) => {
    expect(() => compileSerializer(schema)).toThrow(`one-way transform${where}, `)
    expect(() => compileSerializer(schema)).toThrow('z.codec(')
  })

  it.each<[Schema, string]>([
    [z.map(z.string(), z.int()), 'has a z.map(), and JSON has no form for that. Write z.record(key, value), '],
    [z.object({ tags: z.array(z.set(z.string())).optional() }), 'has a z.set() at "tags.*", and'],
    [z.array(z.object({ item: z.promise(z.string()) })), 'has a z.promise() at "*.item", and'],
    [z.codec(z.set(z.string()), z.string(), { decode: String, encode: () => new Set<string>() }), 'has a z.set(), and'],
  ])('is refused at once where JSON has no form for it, in either direction: case %#', (schema, problem) => {
    expect(() => compileSerializer(schema)).toThrow(problem)
    expect(() => compileInput(schema, { source: 'json', in: 'body' })).toThrow(problem)
  })

  it('is no codec whose value is a set', () => {
    const set = z.codec(z.array(z.string()), z.set(z.string()), {
      decode: (items) => new Set(items),
      encode: (all) => [...all],
    })
    expect(compileSerializer(z.object({ set }))({ set: new Set(['a']) })).toBe('{"set":["a"]}')
  })

  it('has an asynchronous check', () => {
    const serialize = compileSerializer(z.object({ a: z.string().refine(async () => Promise.reject(new Error('no'))) }))
    expect(() => serialize({ a: 'x' })).toThrow('asynchronous check')
  })
})
