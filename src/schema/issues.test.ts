import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { InputPart, Issue } from '../core/errors/issue.ts'
import type { Schema } from '../core/schema.ts'
import { alias, compileInput, secret } from './index.ts'
import type { InputSource } from './index.ts'

function issuesOf(schema: Schema, value: unknown, source: InputSource = 'json', part: InputPart = 'body'): Issue[] {
  const issues: Issue[] = []
  compileInput(schema, { source, in: part })(value, issues)
  return issues
}

const Circle = z.object({ kind: z.literal('circle'), r: z.number() })
const Square = z.object({ kind: z.literal('square'), side: z.number() })

/** Each row as Pydantic 2.13 gives it: schema, value, code, message, context. */
const PYDANTIC: readonly [Schema, unknown, string, string, Record<string, unknown>?][] = [
  [z.string(), undefined, 'missing', 'Field required'],
  [z.enum(['a']), undefined, 'missing', 'Field required'],
  [z.string(), 1, 'string_type', 'Input should be a valid string'],
  [z.string().min(3), 'a', 'string_too_short', 'String should have at least 3 characters', { min_length: 3 }],
  [z.string().min(1), '', 'string_too_short', 'String should have at least 1 character', { min_length: 1 }],
  [z.string().max(1), 'aa', 'string_too_long', 'String should have at most 1 character', { max_length: 1 }],
  [z.string().length(2), 'a', 'string_too_short', 'String should have at least 2 characters', { min_length: 2 }],
  [z.string().regex(/^a$/), 'b', 'string_pattern_mismatch', "String should match pattern '^a$'", { pattern: '^a$' }],
  [z.number(), 'x', 'float_type', 'Input should be a valid number'],
  [z.int(), 'x', 'int_type', 'Input should be a valid integer'],
  [z.number().int(), null, 'int_type', 'Input should be a valid integer'],
  [z.int(), 1.5, 'int_from_float', 'Input should be a valid integer, got a number with a fractional part'],
  [z.int().gt(3), 3, 'greater_than', 'Input should be greater than 3', { gt: 3 }],
  [z.int().min(3), 1, 'greater_than_equal', 'Input should be greater than or equal to 3', { ge: 3 }],
  [z.int().lt(3), 5, 'less_than', 'Input should be less than 3', { lt: 3 }],
  [z.number().max(3), 5, 'less_than_equal', 'Input should be less than or equal to 3', { le: 3 }],
  [z.int().multipleOf(3), 5, 'multiple_of', 'Input should be a multiple of 3', { multiple_of: 3 }],
  [z.boolean(), 'x', 'bool_type', 'Input should be a valid boolean'],
  [
    z.literal(['a', 'b', 'c']),
    'z',
    'literal_error',
    "Input should be 'a', 'b' or 'c'",
    { expected: "'a', 'b' or 'c'" },
  ],
  [
    z.literal([1, null, true]),
    'z',
    'literal_error',
    'Input should be 1, None or True',
    { expected: '1, None or True' },
  ],
  [z.enum(['a', 'b']), 'z', 'enum', "Input should be 'a' or 'b'", { expected: "'a' or 'b'" }],
  [z.array(z.int()), 5, 'list_type', 'Input should be a valid list'],
  [
    z.array(z.int()).min(2),
    [1],
    'too_short',
    'List should have at least 2 items after validation, not 1',
    { field_type: 'List', min_length: 2, actual_length: 1 },
  ],
  [
    z.array(z.int()).max(1),
    [1, 2],
    'too_long',
    'List should have at most 1 item after validation, not 2',
    { field_type: 'List', max_length: 1, actual_length: 2 },
  ],
  [z.tuple([z.int()]), 5, 'tuple_type', 'Input should be a valid tuple'],
  [
    z.tuple([z.int()]),
    [1, 2],
    'too_long',
    'Tuple should have at most 1 item after validation, not 2',
    { field_type: 'Tuple', max_length: 1, actual_length: 2 },
  ],
  [z.record(z.string(), z.int()), 5, 'dict_type', 'Input should be a valid dictionary'],
  [z.object({}), 5, 'model_attributes_type', 'Input should be a valid dictionary or object to extract fields from'],
  [z.null(), 5, 'none_required', 'Input should be None'],
  [
    z.uuidv4(),
    '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
    'uuid_version',
    'UUID version 4 expected',
    { expected_version: 4 },
  ],
  [z.ipv4(), 'x', 'ip_v4_address', 'Input is not a valid IPv4 address'],
  [z.ipv6(), 'x', 'ip_v6_address', 'Input is not a valid IPv6 address'],
  [
    z.date().min(new Date('2020-01-01T00:00:00Z')),
    '2019-01-01T00:00:00Z',
    'greater_than_equal',
    'Input should be greater than or equal to 2020-01-01T00:00:00.000Z',
    { ge: '2020-01-01T00:00:00.000Z' },
  ],
  [z.bigint().max(3n), '4', 'less_than_equal', 'Input should be less than or equal to 3', { le: '3' }],
  [
    z.discriminatedUnion('kind', [Circle, Square]),
    { kind: 'z' },
    'union_tag_invalid',
    "Input tag 'z' found using 'kind' does not match any of the expected tags: 'circle', 'square'",
    { discriminator: "'kind'", tag: 'z', expected_tags: "'circle', 'square'" },
  ],
  [
    z.discriminatedUnion('kind', [Circle, Square]),
    {},
    'union_tag_not_found',
    "Unable to extract tag using discriminator 'kind'",
    { discriminator: "'kind'" },
  ],
]

describe('issues use the words of Pydantic', () => {
  it.each(PYDANTIC.map((row, index) => ({ index, code: row[2], row })))(
    '$index: $code',
    ({ row: [field, value, code, message, context] }) => {
      const [issue, ...others] = issuesOf(z.object({ f: field }), { f: value })
      expect(others).toEqual([])
      expect(issue).toMatchObject({ in: 'body', path: ['f'], code, message })
      expect(issue?.context).toEqual(context)
    },
  )

  // Pydantic's code and the beginning of its message; what it adds depends on where its parser stopped.
  it.each([
    [z.uuid(), 'uuid_parsing', 'Input should be a valid UUID, '],
    [z.iso.datetime(), 'datetime_parsing', 'Input should be a valid datetime, '],
    [z.iso.date(), 'date_parsing', 'Input should be a valid date in the format YYYY-MM-DD, '],
    [z.iso.time(), 'time_parsing', 'Input should be in a valid time format, '],
    [z.iso.duration(), 'time_delta_parsing', 'Input should be a valid timedelta, '],
    [z.url(), 'url_parsing', 'Input should be a valid URL, '],
    [z.email(), 'value_error', 'value is not a valid email address: '],
    [z.date(), 'datetime_parsing', 'Input should be a valid datetime, '],
    [z.jwt(), 'value_error', 'Value error, '],
  ])('%#', (field, code, beginning) => {
    const [issue] = issuesOf(z.object({ f: field }), { f: 'nonsense' })
    expect(issue).toMatchObject({ code, message: expect.stringMatching(`^${beginning}`) as unknown, input: 'nonsense' })
  })

  it('place what a record does not accept as a key at that key', () => {
    expect(issuesOf(z.record(z.string().min(2), z.int()), { a: 1 })).toMatchObject([
      { path: ['a'], code: 'string_too_short' },
    ])
  })

  it('give each unknown key an issue', () => {
    expect(issuesOf(z.strictObject({ a: z.int() }), { a: 1, b: 2, c: {} })).toEqual([
      { in: 'body', path: ['b'], code: 'extra_forbidden', message: 'Extra inputs are not permitted', input: 2 },
      { in: 'body', path: ['c'], code: 'extra_forbidden', message: 'Extra inputs are not permitted' },
    ])
  })

  it('hold what is wrong with the member of a union that was meant', () => {
    const union = z.union([z.int(), z.object({ a: z.int(), b: z.string() })])
    expect(issuesOf(z.object({ u: union }), { u: { a: 'x' } })).toMatchObject([
      { path: ['u', 'a'], code: 'int_type' },
      { path: ['u', 'b'], code: 'missing' },
    ])
  })

  it('or with every member, where none was', () => {
    expect(issuesOf(z.object({ u: z.union([z.int(), z.boolean()]) }), { u: 'x' }, 'strings', 'query')).toMatchObject([
      { path: ['u'], code: 'int_parsing' },
      { path: ['u'], code: 'bool_parsing' },
    ])
  })
})

describe("a message of the schema's author", () => {
  it.each<[string, Schema, unknown, string]>([
    ['of a type', z.string('Give a name'), 1, 'string_type'],
    ['of a check', z.string().min(3, 'Give a name'), 'a', 'string_too_short'],
    ['of a format', z.email('Give a name'), 'a', 'value_error'],
    ['of a refinement', z.string().refine(() => false, 'Give a name'), 'a', 'value_error'],
    ['of a date', z.date('Give a name'), 'a', 'datetime_parsing'],
    ['inside a union', z.union([z.string().min(3, 'Give a name'), z.int()]), 'a', 'string_too_short'],
    [
      'by a function',
      z.string({ error: ({ input }) => (input === undefined ? 'Give a name' : undefined) }),
      undefined,
      'missing',
    ],
  ])('%s wins, and the code stays', (_, field, value, code) => {
    expect(issuesOf(z.object({ f: field }), { f: value })).toMatchObject([{ code, message: 'Give a name' }])
  })
})

describe('the offending value', () => {
  it('is there for scalars, in the form they were sent', () => {
    const schema = z.object({ a: z.string(), b: z.boolean(), c: z.string(), d: z.bigint().max(1n) })
    expect(issuesOf(schema, { a: 1, b: 'x', c: null, d: '5' }).map(({ input }) => input)).toEqual([1, 'x', null, '5'])
  })

  it('is never there for a missing field, an object, a list or a very long text', () => {
    const schema = z.object({ a: z.string(), b: z.string(), c: z.string(), d: z.int() })
    for (const issue of issuesOf(schema, { b: { password: 'hunter2' }, c: ['hunter2'], d: 'x'.repeat(2000) }))
      expect(issue).not.toHaveProperty('input')
  })

  it.each(['header', 'cookie'] as const)('is never there in a %s', (part) => {
    const [issue] = issuesOf(z.object({ n: z.int() }), { n: 'hunter2' }, 'strings', part)
    expect(JSON.stringify(issue)).not.toContain('hunter2')
  })

  it.each([
    'password',
    'newPassword',
    'password_hash',
    'secret',
    'clientSecret',
    'token',
    'refresh_token',
    'Authorization',
    'apiKey',
    'api-key',
    'X-API-Key',
    'creditCard',
    'credit_card_number',
    'otp',
    'otpCode',
    'pin',
    'userPin',
    'cvv',
    'ssn',
    'sessionId',
    'passcode',
    'passkey',
    'pin_code',
    'securityCode',
  ])('is never there for a field named %s, or anything in it', (name) => {
    const schema = z.object({ [name]: z.union([z.int(), z.object({ value: z.int() }), z.array(z.int())]) })
    for (const value of ['hunter2', { value: 'hunter2' }, ['hunter2']]) {
      const issues = issuesOf(schema, { [name]: value })
      expect(issues.length).toBeGreaterThan(0)
      expect(JSON.stringify(issues)).not.toContain('hunter2')
    }
  })

  it.each(['spinner', 'pinned', 'shipping', 'author', 'passenger', 'compass'])(
    'is there for a field named %s',
    (name) => {
      expect(issuesOf(z.object({ [name]: z.int() }), { [name]: 'x' })).toMatchObject([{ input: 'x' }])
    },
  )

  it('is never there for a schema marked as secret, however wrapped, nor an unknown key that looks secret', () => {
    const marked = [
      secret(z.int()),
      z.int().meta({ secret: true }),
      secret(z.int()).optional().describe('x'),
      z.array(secret(z.int())),
    ]
    for (const field of marked) {
      for (const value of ['hunter2', ['hunter2']]) {
        expect(JSON.stringify(issuesOf(z.object({ answer: field }), { answer: value }))).not.toContain('hunter2')
      }
    }
    expect(JSON.stringify(issuesOf(z.strictObject({}), { password: 'hunter2' }))).not.toContain('hunter2')
  })

  it('is never there for a field whose name in the code looks secret, whatever clients call it', () => {
    const schema = z.object({ password: alias(z.string().min(20), 'p') })
    expect(JSON.stringify(issuesOf(schema, { p: 'hunter2' }))).not.toContain('hunter2')
  })

  it('is never there for a text given for an object that has a secret: it may be the object, encoded twice', () => {
    const LogIn = z.object({ name: z.string(), password: z.string() })
    const twice = JSON.stringify({ name: 'ada', password: 'hunter2' })
    expect(issuesOf(LogIn, twice)).toHaveLength(1)
    for (const [schema, value] of [
      [LogIn, twice],
      [z.object({ user: LogIn.optional() }), { user: twice }],
      [z.array(LogIn), [twice]],
      [z.object({ keys: z.array(z.object({ value: secret(z.string()) })) }), { keys: twice }],
    ] as const)
      expect(JSON.stringify(issuesOf(schema, value))).not.toContain('hunter2')
  })

  it('of a secret tag is not in the message either', () => {
    const schema = z.object({ token: z.discriminatedUnion('kind', [Circle, Square]) })
    expect(JSON.stringify(issuesOf(schema, { token: { kind: 'hunter2' } }))).not.toContain('hunter2')
  })
})

describe('a message stays short', () => {
  it('where a schema has very many choices: the first fifty are named', () => {
    const many = Array.from({ length: 5000 }, (_, index) => `choice${index}`)
    const [issue] = issuesOf(z.enum(many), 'none')
    expect(issue?.message).toMatch(/^Input should be 'choice0', .*'choice49' or one of 4950 more$/)
    expect(JSON.stringify(issue).length).toBeLessThan(3000)
  })

  it('where a tag is very long', () => {
    const schema = z.discriminatedUnion('kind', [Circle, Square])
    const [issue] = issuesOf(schema, { kind: 'x'.repeat(100_000) })
    expect(issue).toMatchObject({ code: 'union_tag_invalid' })
    expect(JSON.stringify(issue).length).toBeLessThan(3000)
  })

  it('where a union has very many tags', () => {
    const members = Array.from({ length: 500 }, (_, index) => z.object({ kind: z.literal(`kind${index}`) }))
    const [issue] = issuesOf(z.discriminatedUnion('kind', [Circle, ...members]), { kind: 'none' })
    expect(JSON.stringify(issue).length).toBeLessThan(3000)
  })
})
