import { z } from 'zod'
import { alias } from '../alias.ts'
import { bytes } from '../bytes.ts'
import type { InputSource } from '../types.ts'
import type { ZodSchema } from '../zod.ts'

export interface Case {
  readonly schema: ZodSchema
  /** Values that fit on the wire, to be changed at random. */
  readonly wire: readonly unknown[]
  /** Runtime values that fit, where they differ. */
  readonly value?: readonly unknown[]
  readonly source?: InputSource
  /** Has a one-way transform, so it has no way back. */
  readonly oneWay?: boolean
}

const Category = z.object({
  name: z.string(),
  get children() {
    return z.array(Category)
  },
})
interface Tree {
  label: string
  left?: Tree | undefined
}
const Tree: z.ZodType<Tree> = z.lazy(() => z.object({ label: z.string().min(1), left: Tree.optional() }))
const Dated = z.object({
  at: z.date(),
  get next() {
    return Dated.nullable()
  },
})
const day = new Date('2026-01-31T12:00:00.000Z')
const iso = day.toISOString()

/** Every kind of schema the compiler has code for, and those it leaves to Zod. */
export const cases: Record<string, Case> = {
  'texts with lengths, counted in code points': {
    schema: z.object({ a: z.string().min(2).max(4), b: z.string().length(3), c: z.string().min(1) }),
    wire: [
      { a: 'abc', b: 'abc', c: 'x' },
      { a: '😀😀', b: '😀a😀', c: '😀' },
    ],
  },
  'text formats': {
    schema: z.object({
      id: z.uuid(),
      mail: z.email(),
      at: z.iso.datetime(),
      day: z.iso.date(),
      four: z.ipv4(),
      six: z.ipv6(),
      b: z.base64(),
    }),
    wire: [
      {
        id: '6ba7b810-9dad-41d1-80b4-00c04fd430c8',
        mail: 'a@b.co',
        at: iso,
        day: '2026-01-31',
        four: '1.2.3.4',
        six: '::1',
        b: 'aGk=',
      },
    ],
  },
  'patterns, one of them with a memory': {
    schema: z.object({
      a: z.string().regex(/^a+$/),
      b: z.string().regex(/b/g),
      c: z.string().startsWith('x').endsWith('y').includes('z'),
    }),
    wire: [{ a: 'aa', b: 'abba', c: 'xzy' }],
  },
  'a url, which Zod normalises': { schema: z.object({ u: z.url() }), wire: [{ u: ' https://a.example/x ' }] },
  'trims and overwrites': {
    schema: z.object({ a: z.string().trim().min(2), b: z.string().toLowerCase(), c: z.string().max(3).trim() }),
    wire: [{ a: '  ab ', b: 'ABC', c: ' b ' }],
  },
  numbers: {
    schema: z.object({
      a: z.number().min(1).max(9),
      b: z.int().gt(0),
      c: z.number().lt(-1),
      d: z.int32(),
      e: z.uint32(),
      f: z.number().multipleOf(0.1),
    }),
    wire: [{ a: 5, b: 3, c: -2.5, d: -7, e: 7, f: 0.3 }],
  },
  'booleans, null, any': {
    schema: z.object({ a: z.boolean(), b: z.null(), c: z.any(), d: z.unknown(), e: z.undefined() }),
    wire: [{ a: true, b: null, c: 1, d: { x: [1] }, e: undefined }],
  },
  'literals and enums': {
    schema: z.object({
      a: z.literal('x'),
      b: z.literal([1, 2, null]),
      c: z.enum(['a', 'b']),
      d: z.enum({ One: 1, Two: 2 }),
    }),
    wire: [{ a: 'x', b: 2, c: 'b', d: 1 }],
  },
  'an enum too long to compare one by one': {
    schema: z.enum('a b c d e f g h i j k l m n o p'.split(' ')),
    wire: ['a', 'p'],
  },
  'absent, null and present': {
    schema: z.object({
      a: z.string().optional(),
      b: z.string().nullable(),
      c: z.string().nullish(),
      d: z.exactOptional(z.string()),
      e: z.int(),
    }),
    wire: [
      { a: 'x', b: null, c: null, d: 'x', e: 1 },
      { b: 'x', e: 1 },
    ],
  },
  'defaults in every position': {
    schema: z.object({
      a: z.string().default('x'),
      b: z.int().default(3).optional(),
      c: z.string().optional().default('y'),
      d: z.string().prefault('zz'),
      e: z.array(z.int()).default(() => [1]),
      f: z.string().min(5).prefault('no').optional(),
    }),
    wire: [{}, { a: 'q', b: 1, c: 'r', d: 's', e: [2], f: 'abcdef' }],
  },
  'optional keys before required ones keep their order': {
    schema: z.object({ a: z.string().optional(), b: z.string(), c: z.string().optional(), d: z.string() }),
    wire: [
      { d: '1', c: '2', b: '3', a: '4' },
      { b: '1', d: '2' },
    ],
  },
  'strict objects': {
    schema: z.strictObject({ a: z.int(), b: z.strictObject({ c: z.int() }).optional() }),
    wire: [{ a: 1, b: { c: 1 } }],
  },
  'loose objects': { schema: z.looseObject({ a: z.int() }), wire: [{ a: 1, extra: 'x' }] },
  'objects with a catchall': { schema: z.object({ a: z.int() }).catchall(z.string().min(1)), wire: [{ a: 1, b: 'x' }] },
  'an empty strict object': { schema: z.strictObject({}), wire: [{}] },
  partial: { schema: z.object({ a: z.string(), b: z.int().nullable() }).partial(), wire: [{}, { a: 'x', b: null }] },
  arrays: {
    schema: z
      .array(z.object({ n: z.int() }))
      .min(1)
      .max(3),
    wire: [[{ n: 1 }], [{ n: 1 }, { n: 2 }]],
  },
  'arrays of optionals': { schema: z.array(z.int().optional()), wire: [[1, undefined, 2]] },
  tuples: { schema: z.tuple([z.string(), z.int()]), wire: [['a', 1]] },
  'tuples with a rest': { schema: z.tuple([z.string()], z.int()), wire: [['a'], ['a', 1, 2]] },
  'tuples with optional items': { schema: z.tuple([z.string(), z.int().optional()]), wire: [['a'], ['a', 1]] },
  records: { schema: z.record(z.string(), z.int()), wire: [{ a: 1, b: 2 }] },
  'records with checked keys': {
    schema: z.record(z.string().min(2).toUpperCase(), z.int()),
    wire: [{ aa: 1, bbb: 2 }],
  },
  'records with a closed set of keys': { schema: z.record(z.enum(['a', 'b']), z.int()), wire: [{ a: 1, b: 2 }] },
  'partial and loose records': {
    schema: z.object({
      p: z.partialRecord(z.enum(['a', 'b']), z.int()),
      l: z.looseRecord(z.string().regex(/^x/), z.int()),
    }),
    wire: [{ p: { a: 1 }, l: { xa: 1, other: 'z' } }],
  },
  unions: {
    schema: z.union([z.string().min(2), z.int(), z.object({ a: z.int() }), z.null()]),
    wire: ['ab', 3, { a: 1 }, null],
  },
  'unions whose members overlap': {
    schema: z.union([z.object({ a: z.int() }), z.object({ a: z.int(), b: z.int() }), z.strictObject({ c: z.int() })]),
    wire: [{ a: 1, b: 2 }, { c: 1 }],
  },
  'exclusive unions': {
    schema: z.xor([z.object({ a: z.int() }), z.object({ b: z.int() })]),
    wire: [{ a: 1 }, { b: 1 }],
  },
  'unions by tag': {
    schema: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('circle'), r: z.number() }),
      z.strictObject({ kind: z.enum(['square', 'cube']), side: z.number() }),
      z.object({ kind: z.literal(3) }),
    ]),
    wire: [{ kind: 'circle', r: 1 }, { kind: 'cube', side: 2 }, { kind: 3 }],
  },
  'tags that may be absent': {
    schema: z.discriminatedUnion('k', [
      z.object({ k: z.literal('a').optional(), x: z.int() }),
      z.object({ k: z.literal('b') }),
    ]),
    wire: [{ x: 1 }, { k: 'a', x: 1 }, { k: 'b' }],
  },
  'nested unions by tag': {
    schema: z.discriminatedUnion('k', [
      z.object({ k: z.literal('a') }),
      z.discriminatedUnion('l', [
        z.object({ k: z.literal('b'), l: z.literal('c') }),
        z.object({ k: z.literal('b'), l: z.literal('d') }),
      ]),
    ]),
    wire: [{ k: 'a' }, { k: 'b', l: 'd' }],
  },
  intersections: { schema: z.intersection(z.object({ a: z.int() }), z.object({ b: z.int() })), wire: [{ a: 1, b: 2 }] },
  'refinements on fields and objects': {
    schema: z
      .object({ a: z.string().refine((text) => text !== 'bad'), b: z.string() })
      .refine(({ a, b }) => a === b)
      .superRefine(({ a }, context) => {
        if (a.length > 3) context.addIssue({ code: 'custom', message: 'long' })
      }),
    wire: [{ a: 'ab', b: 'ab' }],
  },
  'refinements with a condition of their own': {
    schema: z.object({ a: z.int(), b: z.int() }).refine(({ a, b }) => a < b, { when: () => true }),
    wire: [{ a: 1, b: 2 }],
  },
  'transforms and preprocessing': {
    schema: z.object({
      a: z.string().transform((text) => text.length),
      b: z.preprocess((value) => value ?? 7, z.int()),
      c: z.string().transform(Number).pipe(z.int().min(3)),
      d: z.string().catch('caught'),
    }),
    wire: [{ a: 'abc', b: 1, c: '5', d: 'x' }],
    oneWay: true,
  },
  'readonly and nonoptional': {
    schema: z.object({
      a: z.array(z.int()).readonly(),
      b: z.nonoptional(z.string().optional()),
      c: z.object({ d: z.int() }).readonly(),
    }),
    wire: [{ a: [1], b: 'x', c: { d: 1 } }],
  },
  'template literals and custom types': {
    schema: z.object({
      a: z.templateLiteral(['v', z.int()]),
      b: z.custom<string>((value) => typeof value === 'string'),
      c: z.string().brand('C'),
    }),
    wire: [{ a: 'v1', b: 'x', c: 'y' }],
  },
  'coercion asked for in the schema': {
    schema: z.object({ a: z.coerce.number(), b: z.coerce.string(), c: z.coerce.boolean() }),
    wire: [{ a: '5', b: 5, c: 1 }],
    oneWay: true,
  },
  'recursion by getters': { schema: Category, wire: [{ name: 'a', children: [{ name: 'b', children: [] }] }] },
  'recursion by lazy': { schema: Tree, wire: [{ label: 'a', left: { label: 'b', left: { label: 'c' } } }] },
  'hostile keys': {
    schema: z.object({
      '"];throw 1;//': z.int(),
      '\u2028`${x}': z.int(),
      'a\\"b': z.int().optional(),
      constructor: z.string().optional(),
      toString: z.string(),
    }),
    wire: [{ '"];throw 1;//': 1, '\u2028`${x}': 2, 'a\\"b': 3, constructor: 'c', toString: 't' }],
  },
  'hostile tags and values': {
    schema: z.discriminatedUnion('"]', [
      z.object({ '"]': z.literal('"; throw 1; "') }),
      z.object({ '"]': z.literal('`${1}`') }),
    ]),
    wire: [{ '"]': '"; throw 1; "' }, { '"]': '`${1}`' }],
  },
  'dates and bigints': {
    schema: z.object({
      at: z.date().min(new Date(0)),
      n: z.bigint().max(10n ** 20n),
      l: z.literal(7n),
      d: z.date().default(() => day),
      o: z.bigint().optional(),
    }),
    wire: [{ at: iso, n: '12345678901234567890', l: '7', d: '2026-01-31T12:00:00+02:00', o: 5 }],
    value: [{ at: day, n: 12345678901234567890n, l: 7n, d: day, o: 5n }],
  },
  'dates at every depth': {
    schema: z.object({
      list: z.array(z.date()),
      map: z.record(z.string(), z.date()),
      u: z.union([z.date(), z.int()]),
      t: z.tuple([z.date()]),
    }),
    wire: [
      { list: [iso], map: { a: iso }, u: iso, t: [iso] },
      { list: [], map: {}, u: 3, t: [iso] },
    ],
    value: [
      { list: [day], map: { a: day }, u: day, t: [day] },
      { list: [], map: {}, u: 3, t: [day] },
    ],
  },
  'recursion with dates': {
    schema: Dated,
    wire: [{ at: iso, next: { at: iso, next: null } }],
    value: [{ at: day, next: { at: day, next: null } }],
  },
  'codecs and bytes': {
    schema: z.object({
      b: bytes({ max: 4 }),
      m: bytes().optional(),
      s: z.stringbool(),
      c: z.codec(z.string(), z.int(), { decode: (text) => Number(text), encode: (number) => String(number) }),
    }),
    wire: [{ b: 'aGk=', m: '', s: 'true', c: '5' }],
    value: [{ b: new Uint8Array([1, 2]), m: new Uint8Array(0), s: true, c: 5 }],
  },
  'other names on the wire': {
    schema: z
      .object({ itemQuery: alias(z.string(), 'item-query'), when: alias(z.date(), 'at').optional(), plain: z.int() })
      .refine(({ plain }) => plain > 0),
    wire: [{ 'item-query': 'x', at: iso, plain: 1 }],
    value: [{ itemQuery: 'x', when: day, plain: 1 }],
  },
  'other names in strict and loose objects': {
    schema: z.object({
      s: z.strictObject({ a: alias(z.int(), 'A') }),
      l: z.looseObject({ b: alias(z.int().optional(), 'B') }),
    }),
    wire: [{ s: { A: 1 }, l: { B: 2, other: 3 } }],
    value: [{ s: { a: 1 }, l: { b: 2, other: 3 } }],
  },
  'a field that is never there: Zod strips the key __proto__': {
    schema: z.object(Object.fromEntries([['__proto__', alias(z.int(), 'proto')]])).extend({ a: alias(z.int(), 'A') }),
    wire: [{ A: 1 }, { A: 1, proto: 2 }],
    value: [{ a: 1 }],
  },
  'a tag with another name on the wire': {
    schema: z.discriminatedUnion('kind', [
      z.object({ kind: alias(z.literal('a'), 'type'), x: z.int() }),
      z.object({ kind: alias(z.literal('b'), 'type'), at: z.date() }),
    ]),
    wire: [
      { type: 'a', x: 1 },
      { type: 'b', at: iso },
    ],
    value: [
      { kind: 'a', x: 1 },
      { kind: 'b', at: day },
    ],
  },
  'strings of a query': {
    schema: z.object({
      i: z.int().min(1),
      f: z.number().optional(),
      b: z.boolean().default(false),
      d: z.date().optional(),
      n: z.bigint().optional(),
      l: z.literal([1, 2]).optional(),
      e: z.enum({ One: 1 }).optional(),
      many: z.array(z.int()).default([]),
      u: z.union([z.string(), z.int(), z.boolean()]).optional(),
      s: z.string().nullable(),
    }),
    wire: [
      { i: '1.0', f: '1e5', b: 'on', d: '2026-01-31', n: '99', l: '2', e: '1', many: ['1', '2'], u: '5', s: 'x' },
      { i: '3', many: '1', u: 'word', s: '' },
    ],
    source: 'strings',
    oneWay: true,
  },
  'strings with tags that are numbers': {
    schema: z.discriminatedUnion('v', [
      z.object({ v: z.literal(1), a: z.int() }),
      z.object({ v: z.literal(2), b: z.coerce.boolean() }),
    ]),
    wire: [
      { v: '1', a: '5' },
      { v: '2', b: 'no' },
    ],
    source: 'strings',
    oneWay: true,
  },
}
