import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Schema } from '../core/schema.ts'
import { alias, bytes, createSchemaCollector, named, secret, toJsonSchema } from './index.ts'
import type { JsonSchema, SchemaDirection } from './index.ts'

function json(schema: Schema, io: SchemaDirection = 'input'): JsonSchema {
  const { $schema: _, ...rest } = toJsonSchema(schema, { io })
  return rest
}

const day = new Date('2026-01-31T12:00:00Z')

describe('the JSON Schema of a schema', () => {
  it.each<[Schema, JsonSchema]>([
    [z.string().min(1).max(9), { type: 'string', minLength: 1, maxLength: 9 }],
    [z.string().regex(/^a$/), { type: 'string', pattern: '^a$' }],
    // JSON Schema has no flags.
    [z.string().regex(/^a$/i), { type: 'string' }],
    [z.string().regex(/^a$/).regex(/b/s).regex(/c/), { type: 'string', allOf: [{ pattern: '^a$' }, { pattern: 'c' }] }],
    [z.uuid(), { type: 'string', format: 'uuid' }],
    [z.email(), { type: 'string', format: 'email' }],
    [z.iso.date(), { type: 'string', format: 'date' }],
    [z.date(), { type: 'string', format: 'date-time' }],
    [z.bigint(), { type: 'string', pattern: '^-?[0-9]+$' }],
    [bytes(), { type: 'string', contentEncoding: 'base64' }],
    [z.int().min(1).lt(9), { type: 'integer', minimum: 1, exclusiveMaximum: 9 }],
    // OpenAPI's name for the limits: tools take a limit for an example.
    [z.int32(), { type: 'integer', format: 'int32' }],
    [z.int32().min(0), { type: 'integer', format: 'int32', minimum: 0 }],
    [z.number().multipleOf(0.5), { type: 'number', multipleOf: 0.5 }],
    [z.boolean(), { type: 'boolean' }],
    [z.null(), { type: 'null' }],
    [z.any(), {}],
    [z.literal('a'), { type: 'string', const: 'a' }],
    [z.literal([1n, 2n]), { type: 'string', enum: ['1', '2'] }],
    [z.enum(['a', 'b']), { type: 'string', enum: ['a', 'b'] }],
    [z.enum(['a', 'b']).nullable(), { anyOf: [{ type: 'string', enum: ['a', 'b'] }, { type: 'null' }] }],
    [z.unknown().nullable().describe('Anything'), { description: 'Anything' }],
    [z.date().nullable().describe('When'), { type: ['string', 'null'], format: 'date-time', description: 'When' }],
    [
      z.enum(['a']).describe('Which').nullable(),
      { anyOf: [{ type: 'string', enum: ['a'] }, { type: 'null' }], description: 'Which' },
    ],
    [
      z.array(z.date()).min(1).max(3),
      { type: 'array', items: { type: 'string', format: 'date-time' }, minItems: 1, maxItems: 3 },
    ],
    [
      z.tuple([z.int(), z.date().optional()]),
      {
        type: 'array',
        prefixItems: [{ type: 'integer' }, { type: 'string', format: 'date-time' }],
        minItems: 1,
        maxItems: 2,
      },
    ],
    [
      z.tuple([z.int()], z.boolean()),
      { type: 'array', prefixItems: [{ type: 'integer' }], items: { type: 'boolean' }, minItems: 1 },
    ],
    [
      z.record(z.string(), z.bigint()),
      { type: 'object', additionalProperties: { type: 'string', pattern: '^-?[0-9]+$' } },
    ],
    // A name is a string in JSON, whatever the schema makes of it.
    [
      z.record(z.int(), z.int()),
      {
        type: 'object',
        propertyNames: { type: 'string', pattern: '^-?\\d+$' },
        additionalProperties: { type: 'integer' },
      },
    ],
    [
      z.record(z.literal([1, 2]), z.int()),
      {
        type: 'object',
        propertyNames: { type: 'string', enum: ['1', '2'] },
        additionalProperties: { type: 'integer' },
        required: ['1', '2'],
      },
    ],
    [
      z.record(z.enum(['a']), z.int().optional()),
      { type: 'object', propertyNames: { type: 'string', enum: ['a'] }, additionalProperties: { type: 'integer' } },
    ],
    [
      z.looseRecord(z.string().regex(/^x-/), z.int()),
      { type: 'object', patternProperties: { '^x-': { type: 'integer' } } },
    ],
    [
      z.looseRecord(z.enum(['a']), z.int()),
      { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] },
    ],
    [
      z.record(z.enum(['a']), z.int()),
      {
        type: 'object',
        propertyNames: { type: 'string', enum: ['a'] },
        additionalProperties: { type: 'integer' },
        required: ['a'],
      },
    ],
    [z.union([z.string(), z.int()]), { anyOf: [{ type: 'string' }, { type: 'integer' }] }],
    [
      z.intersection(z.object({ a: z.int() }), z.object({ b: z.int() })),
      { allOf: [json(z.object({ a: z.int() })), json(z.object({ b: z.int() }))] },
    ],
    [z.object({}), { type: 'object', properties: {} }],
    [z.strictObject({}), { type: 'object', properties: {}, additionalProperties: false }],
    [z.looseObject({}), { type: 'object', properties: {}, additionalProperties: true }],
    [
      z.object({}).catchall(z.date()),
      { type: 'object', properties: {}, additionalProperties: { type: 'string', format: 'date-time' } },
    ],
    [z.codec(z.string().max(3), z.int(), { decode: Number, encode: String }), { type: 'string', maxLength: 3 }],
    [z.string().readonly().brand('x'), { type: 'string' }],
    [
      z
        .string()
        .refine(() => true)
        .trim(),
      { type: 'string' },
    ],
    [secret(z.string()), { type: 'string' }],
    [
      z.string().meta({ secret: true, title: 'T', deprecated: true, examples: ['a'] }),
      { type: 'string', title: 'T', deprecated: true, examples: ['a'] },
    ],
    [
      z.date().meta({ examples: [day] }),
      { type: 'string', format: 'date-time', examples: ['2026-01-31T12:00:00.000Z'] },
    ],
    [z.custom<string>().meta({ type: 'string', format: 'x' }), { type: 'string', format: 'x' }],
  ])('in wire form, the same both ways: case %#', (schema, expected) => {
    expect(json(schema, 'input')).toEqual(expected)
    expect(json(schema, 'output')).toEqual(expected)
  })

  it('asks on input for what has no default, and promises on output all that is always there', () => {
    const schema = z.object({
      a: z.int(),
      b: z.int().default(1),
      c: z.int().optional(),
      d: z.int().prefault(2),
      e: z.int().nullable(),
      f: z.int().catch(1),
    })
    expect(json(schema, 'input')['required']).toEqual(['a', 'e', 'f'])
    expect(json(schema, 'output')['required']).toEqual(['a', 'b', 'd', 'e', 'f'])
  })

  it('shows defaults in wire form, and none that is made anew each time', () => {
    const schema = z.object({
      d: z.date().default(day),
      n: z.bigint().default(1n),
      p: z.date().prefault(day),
      at: z.date().default(() => new Date()),
      id: z.string().default(() => crypto.randomUUID()),
    })
    const defaults = Object.entries(json(schema)['properties'] as Record<string, JsonSchema>).map(([key, value]) => [
      key,
      value['default'],
    ])
    expect(Object.fromEntries(defaults)).toEqual({
      d: '2026-01-31T12:00:00.000Z',
      n: '1',
      p: day,
      at: undefined,
      id: undefined,
    })
  })

  it('of a transform is what goes in', () => {
    expect(json(z.string().transform(Number).pipe(z.int()))).toEqual({ type: 'string' })
    expect(json(z.preprocess(Number, z.int()))).toEqual({ type: 'integer' })
  })

  it('uses the names of the wire', () => {
    expect(json(z.object({ createdAt: alias(z.date(), 'created_at') }))).toEqual({
      type: 'object',
      properties: { created_at: { type: 'string', format: 'date-time' } },
      required: ['created_at'],
    })
  })

  it('says which dialect it is in and keeps named schemas under $defs', () => {
    const Name = named('Name', z.string())
    expect(toJsonSchema(z.array(Name), { io: 'input' })).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'array',
      items: { $ref: '#/$defs/Name' },
      $defs: { Name: { type: 'string' } },
    })
  })
})

describe('components', () => {
  const Author = z.object({ name: z.string() }).meta({ id: 'Author', description: 'Who writes' })
  const Post = named('Post', z.object({ title: z.string(), author: Author }))

  it('are made of schemas named either way, wherever they are', () => {
    const collector = createSchemaCollector()
    expect(collector.ref(Post, 'input')).toEqual({ $ref: '#/components/schemas/Post' })
    expect(collector.ref(z.array(Post.nullable()).optional(), 'output')).toEqual({
      type: 'array',
      items: { anyOf: [{ $ref: '#/components/schemas/Post' }, { type: 'null' }] },
    })
    expect(collector.components()).toEqual({
      Author: {
        type: 'object',
        description: 'Who writes',
        properties: { name: { type: 'string' } },
        required: ['name'],
      },
      Post: {
        type: 'object',
        properties: { title: { type: 'string' }, author: { $ref: '#/components/schemas/Author' } },
        required: ['title', 'author'],
      },
    })
  })

  it('are referred to with what is said about this use', () => {
    const collector = createSchemaCollector()
    expect(collector.ref(Author.describe('Who edits'), 'input')).toEqual({
      $ref: '#/components/schemas/Author',
      description: 'Who edits',
    })
    expect(collector.ref(z.object({ a: alias(Author, 'by') }), 'input')['properties']).toEqual({
      by: { $ref: '#/components/schemas/Author' },
    })
  })

  it('are two where input and output differ, in themselves or in what they hold', () => {
    const Inner = named('Inner', z.object({ n: z.int().default(1) }))
    const Outer = named('Outer', z.object({ inner: Inner, list: z.array(Inner) }))
    const Same = named('Same', z.object({ n: z.int() }))
    const collector = createSchemaCollector()
    const refs = (['input', 'output'] as const).flatMap((io) => [collector.ref(Outer, io), collector.ref(Same, io)])
    const components = collector.components()
    expect(Object.keys(components)).toEqual(['InnerInput', 'InnerOutput', 'OuterInput', 'OuterOutput', 'Same'])
    expect(refs.map(({ $ref }) => $ref)).toEqual(
      ['OuterInput', 'Same', 'OuterOutput', 'Same'].map((name) => `#/components/schemas/${name}`),
    )
    expect(components['OuterOutput']).toMatchObject({
      properties: { list: { items: { $ref: '#/components/schemas/InnerOutput' } } },
    })
    expect(components['InnerInput']).not.toHaveProperty('required')
  })

  it('keep their plain name where only one direction is used', () => {
    const collector = createSchemaCollector()
    collector.ref(named('Draft', z.object({ n: z.int().default(1) })), 'input')
    expect(Object.keys(collector.components())).toEqual(['Draft'])
  })

  it('may be recursive, named or not', () => {
    const Category = z
      .object({
        name: z.string(),
        get children() {
          return z.array(Category)
        },
      })
      .meta({ id: 'Category' })
    const Chain = z.object({
      get next() {
        return Chain.optional()
      },
    })
    const collector = createSchemaCollector()
    expect(collector.ref(Category, 'input')).toEqual({ $ref: '#/components/schemas/Category' })
    expect(collector.ref(Chain, 'input')).toEqual({ $ref: '#/components/schemas/Recursive1' })
    expect(collector.components()).toEqual({
      Category: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          children: { type: 'array', items: { $ref: '#/components/schemas/Category' } },
        },
        required: ['name', 'children'],
      },
      Recursive1: { type: 'object', properties: { next: { $ref: '#/components/schemas/Recursive1' } } },
    })
  })

  it('of a union by tag tell clients the tag', () => {
    const A = named('A', z.object({ kind: z.literal('a') }))
    const B = named('B', z.object({ kind: z.literal('b') }))
    expect(createSchemaCollector().ref(z.discriminatedUnion('kind', [A, B]), 'input')).toEqual({
      oneOf: [{ $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' }],
      discriminator: { propertyName: 'kind' },
    })
  })

  it('may be made twice by a function, as long as both say the same', () => {
    const page = () => named('Page', z.object({ items: z.array(Author) }))
    const collector = createSchemaCollector()
    collector.ref(page(), 'output')
    expect(() => collector.ref(page(), 'output')).not.toThrow()
  })

  it('with one name must not differ: the error says how both look', () => {
    const collector = createSchemaCollector()
    collector.ref(named('Item', z.object({ id: z.int(), name: z.string() })), 'input')
    expect(() => collector.ref(z.object({ sku: z.string() }).meta({ id: 'Item' }), 'input')).toThrow(
      'Two different schemas are named "Item": an object with id, name and an object with sku.',
    )
  })

  it('must not collide with the two names another one gets', () => {
    const collector = createSchemaCollector()
    const Thing = named('Thing', z.object({ n: z.int().default(1) }))
    collector.ref(Thing, 'input')
    collector.ref(Thing, 'output')
    collector.ref(named('ThingInput', z.string()), 'input')
    expect(() => collector.components()).toThrow('"Thing" and "ThingInput" would both be the component "ThingInput"')
  })

  it('need a name that OpenAPI allows', () => {
    expect(() => named('Page<Post>', z.string())).toThrow('"Page<Post>" cannot name a schema')
    expect(() => toJsonSchema(z.string().meta({ id: 'a b' }), { io: 'input' })).toThrow('"a b" cannot name a schema')
  })
})
