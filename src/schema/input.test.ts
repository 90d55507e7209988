import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { InputPart, Issue } from '../core/errors/issue.ts'
import type { Schema } from '../core/schema.ts'
import { alias, bytes, compileInput } from './index.ts'
import type { InputSource } from './index.ts'

function read(
  schema: Schema,
  value: unknown,
  source: InputSource = 'json',
  part: InputPart = source === 'json' ? 'body' : 'query',
) {
  const issues: Issue[] = []
  const result = compileInput(schema, { source, in: part })(value, issues)
  return { result, issues }
}

const query = (schema: Schema, value: unknown) => read(schema, value, 'strings')
const form = (schema: Schema, value: unknown) => read(schema, value, 'form', 'body')
const codes = ({ issues }: { issues: Issue[] }) => issues.map(({ path, code }) => [path.join('.'), code])

describe('JSON', () => {
  it('is strict: nothing is converted', () => {
    const schema = z.object({ n: z.number(), b: z.boolean(), s: z.string() })
    expect(codes(read(schema, { n: '1', b: 'true', s: 1 }))).toEqual([
      ['n', 'float_type'],
      ['b', 'bool_type'],
      ['s', 'string_type'],
    ])
  })

  it('reads a date from ISO 8601 with a time zone, and from nothing else', () => {
    const schema = z.object({ at: z.date() })
    expect(read(schema, { at: '2026-01-31T12:00:00+02:00' }).result).toEqual({ at: new Date('2026-01-31T10:00:00Z') })
    for (const at of ['2026-01-31', '2026-01-31T12:00:00', '2026-02-30T12:00:00Z', 'now', '']) {
      expect(codes(read(schema, { at }))).toEqual([['at', 'datetime_parsing']])
    }
    for (const at of [0, true, {}, null]) expect(codes(read(schema, { at }))).toEqual([['at', 'datetime_type']])
  })

  it('reads a bigint from digits, from an integer, and from a bigint of the parser', () => {
    const schema = z.object({ n: z.bigint() })
    expect(read(schema, { n: '-12345678901234567890' }).result).toEqual({ n: -12345678901234567890n })
    expect(read(schema, { n: 7 }).result).toEqual({ n: 7n })
    expect(read(schema, { n: 2n ** 70n }).result).toEqual({ n: 2n ** 70n })
    for (const n of ['', '1.0', '0x1', ' 1', '1e3']) expect(codes(read(schema, { n }))).toEqual([['n', 'int_parsing']])
    expect(codes(read(schema, { n: 1.5 }))).toEqual([['n', 'int_from_float']])
  })

  it('does not read numerals long enough to be an attack', () => {
    expect(codes(read(z.object({ n: z.bigint() }), { n: '9'.repeat(5000) }))).toEqual([['n', 'int_parsing']])
  })

  it('refuses an integer the parser kept as bigint where a number is declared', () => {
    expect(codes(read(z.object({ n: z.int() }), { n: 2n ** 60n }))).toEqual([['n', 'int_parsing_size']])
  })

  it('reads codecs and bytes, with the limit of bytes counted after decoding', () => {
    const schema = z.object({ b: bytes({ max: 2 }) })
    expect(read(schema, { b: 'aGk=' }).result).toEqual({ b: new Uint8Array([104, 105]) })
    expect(read(schema, { b: 'aGlq' }).issues).toMatchObject([
      { path: ['b'], code: 'value_error', message: 'Bytes should have at most 2 bytes' },
    ])
    expect(codes(read(schema, { b: 'a' }))).toEqual([['b', 'base64_decode']])
    expect(codes(read(schema, { b: 5 }))).toEqual([['b', 'string_type']])
  })

  it('never takes NaN or infinity', () => {
    const schema = z.object({ n: z.number() })
    for (const n of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(codes(read(schema, { n }))).toEqual([['n', 'finite_number']])
  })

  it('keeps declared fields only, at every depth', () => {
    const schema = z.object({ a: z.int(), in: z.object({ b: z.int() }), list: z.array(z.object({ c: z.int() })) })
    const value = { a: 1, role: 'admin', in: { b: 1, role: 'admin' }, list: [{ c: 1, role: 'admin' }] }
    expect(read(schema, value).result).toEqual({ a: 1, in: { b: 1 }, list: [{ c: 1 }] })
  })

  it('never writes through __proto__, declared or not', () => {
    const hostile = JSON.parse('{"a": 1, "__proto__": {"polluted": true}}') as unknown
    for (const schema of [z.object({ a: z.int() }), z.looseObject({ a: z.int() }), z.record(z.string(), z.any())]) {
      const result = read(schema, hostile).result as object
      expect(Object.getPrototypeOf(result)).toBe(Object.prototype)
      expect(Object.keys(result)).toEqual(['a'])
    }
    expect(codes(read(z.strictObject({ a: z.int() }), hostile))).toEqual([['__proto__', 'extra_forbidden']])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it('tells an absent field from null, as a partial update needs', () => {
    const patch = z.object({ title: z.string(), due: z.date().nullable() }).partial()
    expect(read(patch, {}).result).toEqual({})
    expect(read(patch, { due: null }).result).toEqual({ due: null })
    expect(codes(read(patch, { title: null }))).toEqual([['title', 'string_type']])
  })

  it('runs refinements and trims', () => {
    const schema = z.object({ name: z.string().trim().min(1), code: z.string().refine((code) => code !== 'x', 'No x') })
    expect(read(schema, { name: ' a ', code: 'y' }).result).toEqual({ name: 'a', code: 'y' })
    expect(read(schema, { name: '  ', code: 'x' }).issues).toMatchObject([
      { path: ['name'], code: 'string_too_short' },
      { path: ['code'], code: 'value_error', message: 'No x' },
    ])
  })

  it('says that a missing body is missing', () => {
    expect(read(z.object({ a: z.int() }), undefined).issues).toEqual([
      { in: 'body', path: [], code: 'missing', message: 'Field required' },
    ])
  })
})

describe('asynchronous schemas', () => {
  const taken = z.object({ name: z.string().refine(async (name) => Promise.resolve(name !== 'taken'), 'Taken') })

  it('give a promise; synchronous ones never do', async () => {
    const issues: Issue[] = []
    const reader = compileInput(taken, { source: 'json', in: 'body' })
    expect(reader({ name: 'free' }, issues)).toBeInstanceOf(Promise)
    expect(await reader({ name: 'free' }, issues)).toEqual({ name: 'free' })
    expect(await reader({ name: 'taken' }, issues)).toBeUndefined()
    expect(issues).toMatchObject([{ path: ['name'], code: 'value_error', message: 'Taken' }])
    expect(read(z.object({ a: z.string().transform((text) => text.length) }), { a: 'abc' }).result).toEqual({ a: 3 })
  })

  it('run their checks once for each value after the first', async () => {
    let calls = 0
    const counted = z.string().refine(async () => Promise.resolve(++calls > 0))
    const reader = compileInput(counted, { source: 'json', in: 'body' })
    await reader('a', [])
    const first = calls
    await reader('b', [])
    expect(calls - first).toBe(1)
  })

  it('pass a rejection on, and leave none behind unhandled', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    const failing = z.object({ a: z.string().refine(async () => Promise.reject(new Error('lookup failed'))) })
    const reader = compileInput(failing, { source: 'json', in: 'body' })
    for (let round = 0; round < 2; round++)
      await expect(async () => reader({ a: 'x' }, [])).rejects.toThrow('lookup failed')
    await new Promise(setImmediate)
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })
})

describe('strings', () => {
  it.each([
    [
      z.int(),
      { '1': 1, '1.0': 1, '-7': -7, '+5': 5 },
      ['', ' ', '1.5', '0x1', '1e5', 'a', '1_000', '１'],
      'int_parsing',
    ],
    [
      z.number(),
      { '1.5': 1.5, '1e5': 1e5, '.5': 0.5, '-2.': -2 },
      ['', '0x1', 'NaN', 'Infinity', 'inf', '1,5'],
      'float_parsing',
    ],
    [
      z.boolean(),
      {
        '1': true,
        TRUE: true,
        On: true,
        yes: true,
        t: true,
        Y: true,
        '0': false,
        False: false,
        off: false,
        NO: false,
        f: false,
        n: false,
      },
      ['', '2', 'ja'],
      'bool_parsing',
    ],
    [z.bigint(), { '12345678901234567890': 12345678901234567890n }, ['', '1.0', 'a'], 'int_parsing'],
    [
      z.date(),
      { '2026-01-31T12:00:00Z': new Date('2026-01-31T12:00:00Z'), '2026-01-31': new Date('2026-01-31T00:00:00Z') },
      ['', 'now', '2026-02-30'],
      'datetime_parsing',
    ],
    [z.literal([1, 2]), { '1': 1, '2': 2 }, ['', '3', '1.0'], 'literal_error'],
    [z.enum({ One: 1, Two: 'two' }), { '1': 1, two: 'two' }, ['', 'One'], 'enum'],
    [z.coerce.boolean(), { false: false, true: true }, ['', 'ja'], 'bool_parsing'],
    [z.coerce.number(), { '5': 5 }, ['', '0x1'], 'float_parsing'],
  ] as const)('become what the schema says: case %#', (field, good, bad, code) => {
    for (const [text, value] of Object.entries(good))
      expect(query(z.object({ v: field }), { v: text })).toEqual({ result: { v: value }, issues: [] })
    for (const text of bad)
      expect(query(z.object({ v: field }), { v: text }).issues).toMatchObject([
        { in: 'query', path: ['v'], code, input: text },
      ])
  })

  it('refuse a number too large to be finite', () => {
    expect(codes(query(z.object({ v: z.number() }), { v: '1e999' }))).toEqual([['v', 'finite_number']])
  })

  it('a list is made by repetition, one value is a list of one', () => {
    const schema = z.object({ ids: z.array(z.int()), tags: z.array(z.string()).default([]) })
    expect(query(schema, { ids: ['1', '2'] }).result).toEqual({ ids: [1, 2], tags: [] })
    expect(query(schema, { ids: '1', tags: 'x' }).result).toEqual({ ids: [1], tags: ['x'] })
    expect(codes(query(schema, { ids: ['1', 'b'] }))).toEqual([['ids.1', 'int_parsing']])
    expect(codes(query(schema, {}))).toEqual([['ids', 'missing']])
  })

  it.each([
    z.string(),
    z.int(),
    z.boolean(),
    z.date(),
    z.bigint(),
    z.enum(['a', 'b']),
    z.literal(1),
    z.string().optional(),
    z.int().default(1),
    z.union([z.string(), z.int()]),
  ])('a scalar never becomes a list: repeating it is a problem (case %#)', (field) => {
    const { result, issues } = query(z.object({ v: field }), { v: ['1', '2'] })
    expect(result).toBeUndefined()
    expect(issues).toEqual([{ in: 'query', path: ['v'], code: 'repeated', message: 'Input should be given only once' }])
  })

  it('a scalar never becomes an object', () => {
    expect(query(z.object({ a: z.string().optional() }), { 'a[b]': '1' }).result).toEqual({})
    expect(codes(query(z.object({ a: z.object({ b: z.string() }) }), { a: '{"b":"x"}' }))).toEqual([
      ['a', 'model_attributes_type'],
    ])
  })

  it('fill defaults and look through wrappers', () => {
    const schema = z.object({
      a: z.int().default(20),
      b: z.int().optional(),
      c: z.int().nullable(),
      d: z.int().prefault(3),
      e: z.int().nullish().default(4),
      f: z.int().readonly(),
    })
    expect(query(schema, { c: '1', f: '2' }).result).toEqual({ a: 20, c: 1, d: 3, e: 4, f: 2 })
    expect(query(schema, { a: '1', b: '2', c: '3', d: '4', e: '5', f: '6' }).result).toEqual({
      a: 1,
      b: 2,
      c: 3,
      d: 4,
      e: 5,
      f: 6,
    })
  })

  it('try the members of a union in order, strings last', () => {
    const schema = z.object({ v: z.union([z.string(), z.int(), z.boolean()]) })
    expect(query(schema, { v: '5' }).result).toEqual({ v: 5 })
    expect(query(schema, { v: 'yes' }).result).toEqual({ v: true })
    expect(query(schema, { v: 'word' }).result).toEqual({ v: 'word' })
  })

  it('feed transforms and codecs what they ask for', () => {
    const schema = z.object({
      a: z.int().transform((n) => n * 2),
      b: z.codec(z.int(), z.string(), { decode: String, encode: Number }),
      c: z.preprocess((v) => (v === 'none' ? '0' : v), z.int()),
    })
    expect(query(schema, { a: '2', b: '3', c: 'none' }).result).toEqual({ a: 4, b: '3', c: 0 })
  })

  it('of a strict object refuse unknown names', () => {
    expect(query(z.strictObject({ a: z.int() }), { a: '1', b: 'x' }).issues).toEqual([
      { in: 'query', path: ['b'], code: 'extra_forbidden', message: 'Extra inputs are not permitted', input: 'x' },
    ])
  })

  it('choose a member by its tag, converted where the tag is a number', () => {
    const schema = z.discriminatedUnion('v', [
      z.object({ v: z.literal(1), a: z.int() }),
      z.object({ v: z.literal(2), b: z.boolean() }),
    ])
    expect(query(schema, { v: '2', b: 'no' }).result).toEqual({ v: 2, b: false })
  })

  it('report every problem at once', () => {
    const schema = z.object({ a: z.int(), b: z.boolean(), c: z.array(z.date()), d: z.string().min(2) })
    expect(codes(query(schema, { a: 'x', c: ['y', '2026-01-31', 'z'], d: '' }))).toEqual([
      ['a', 'int_parsing'],
      ['b', 'missing'],
      ['c.0', 'datetime_parsing'],
      ['c.2', 'datetime_parsing'],
      ['d', 'string_too_short'],
    ])
  })

  it('of a header object are read by kebab case, lists included', () => {
    const schema = z.object({
      userAgent: z.string(),
      x_request_id: z.string().optional(),
      accept: z.array(z.string()),
      XTraceID: z.int().optional(),
    })
    const headers = {
      'user-agent': 'curl',
      'x-request-id': '7',
      accept: ['a', 'b'],
      'x-trace-id': '5',
      other: 'dropped',
    }
    expect(read(schema, headers, 'strings', 'header').result).toEqual({
      userAgent: 'curl',
      x_request_id: '7',
      accept: ['a', 'b'],
      XTraceID: 5,
    })
    expect(read(schema, { accept: 'a', 'x-trace-id': 'b' }, 'strings', 'header').issues).toMatchObject([
      { in: 'header', path: ['user-agent'], code: 'missing' },
      { in: 'header', path: ['x-trace-id'], code: 'int_parsing' },
    ])
  })
})

describe('forms', () => {
  it('take an empty field for a missing one', () => {
    const schema = z.object({
      n: z.int().optional(),
      d: z.date().nullish(),
      s: z.string().optional(),
      t: z.string().default('x'),
      list: z.array(z.string()).default([]),
    })
    expect(form(schema, { n: '', d: '', s: '', t: '', list: '' }).result).toEqual({ t: 'x', list: [] })
    expect(codes(form(z.object({ n: z.int(), s: z.string() }), { n: '', s: '' }))).toEqual([
      ['n', 'missing'],
      ['s', 'missing'],
    ])
  })

  it('convert like any strings', () => {
    const schema = z.object({ age: z.int(), agree: z.boolean(), tags: z.array(z.string()) })
    expect(form(schema, { age: '30', agree: 'on', tags: ['a', ''] }).result).toEqual({
      age: 30,
      agree: true,
      tags: ['a', ''],
    })
  })

  it('do not change the record they are given', () => {
    const fields = { a: '', b: 'x' }
    form(z.object({ a: z.string().optional(), b: z.string() }), fields)
    expect(fields).toEqual({ a: '', b: 'x' })
  })
})

describe('other names on the wire', () => {
  const schema = z
    .object({
      itemQuery: alias(z.string().min(3), 'item-query'),
      pageSize: alias(z.int(), 'page[size]').default(10),
      plain: z.int().optional(),
    })
    .refine(({ itemQuery }) => itemQuery !== 'bad', { path: ['itemQuery'], message: 'Bad' })

  it.each(['strings', 'form'] as const)('are read in %s', (source) => {
    expect(read(schema, { 'item-query': 'abc', 'page[size]': '5', plain: '1' }, source).result).toEqual({
      itemQuery: 'abc',
      pageSize: 5,
      plain: 1,
    })
  })

  it('are read in JSON, nested too', () => {
    const nested = z.object({ inner: z.array(z.object({ createdAt: alias(z.date(), 'created_at') })) })
    expect(read(nested, { inner: [{ created_at: '2026-01-31T12:00:00Z' }] }).result).toEqual({
      inner: [{ createdAt: new Date('2026-01-31T12:00:00Z') }],
    })
    expect(codes(read(nested, { inner: [{ created_at: 'x' }, {}] }))).toEqual([
      ['inner.0.created_at', 'datetime_parsing'],
      ['inner.1.created_at', 'missing'],
    ])
  })

  it('stand in the issues, those of refinements too', () => {
    expect(codes(query(schema, { 'item-query': 'ab' }))).toEqual([['item-query', 'string_too_short']])
    expect(query(schema, { 'item-query': 'bad' }).issues).toMatchObject([{ path: ['item-query'], message: 'Bad' }])
  })

  it('leave the key itself unread', () => {
    expect(codes(query(schema, { itemQuery: 'abc' }))).toEqual([['item-query', 'missing']])
    const loose = z.looseObject({ isAdmin: alias(z.boolean().optional(), 'admin') })
    expect(read(loose, { isAdmin: true }).result).toEqual({})
    expect(codes(read(loose.strict(), { isAdmin: true }))).toEqual([['isAdmin', 'extra_forbidden']])
  })

  it('must be unique', () => {
    const twice = z.object({ a: alias(z.string(), 'x'), x: z.string() })
    expect(() => compileInput(twice, { source: 'json', in: 'body' })).toThrow('The fields "a" and "x" both read "x"')
    expect(() => alias(z.string(), '__proto__')).toThrow(TypeError)
  })

  it('belong to the copy alias() gives, not to the schema it was given', () => {
    const text = z.string()
    const object = z.object({ a: alias(text, 'A'), b: text })
    expect(read(object, { A: '1', b: '2' }).result).toEqual({ a: '1', b: '2' })
  })
})
