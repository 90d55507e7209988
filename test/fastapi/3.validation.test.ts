import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { route } from 'ashlar'
import { anyone } from 'ashlar/access'
import { appOf, ask, problemsOf } from './fixture.ts'

describe('Validation -> 422 {"detail":[{type, loc, msg, input, ctx?}]}', () => {
  const Item = z.object({
    name: z.string(),
    count: z.int().optional(),
    price: z.number().optional(),
    tags: z.array(z.string()).min(1).max(2).optional(),
    size: z.enum(['small', 'large']).optional(),
    kind: z.literal('thing').optional(),
    on: z.boolean().optional(),
    at: z.date().optional(),
    nested: z.object({ deep: z.array(z.object({ x: z.int() })) }).optional(),
    extra: z.record(z.string(), z.int()).optional(),
  })
  const app = appOf({
    read: route.get(
      '/items/:id',
      {
        access: anyone,
        params: z.object({ id: z.int().min(1) }),
        query: z.object({
          q: z.string().min(3).max(5).optional(),
          ratio: z.number().optional(),
          short: z.boolean().optional(),
          fixed: z
            .string()
            .regex(/^fixedquery$/)
            .optional(),
          size: z.enum(['alexnet', 'resnet', 'lenet']).optional(),
          uuid: z.uuid().optional(),
        }),
      },
      () => undefined,
    ),
    needed: route.get('/needed', { access: anyone, query: z.object({ needy: z.string() }) }, () => undefined),
    write: route.post('/', { access: anyone, body: Item }, () => undefined),
    list: route.post('/list', { access: anyone, body: z.array(z.int()) }, () => undefined),
  })

  test.each([
    ['missing', '/needed', { type: 'missing', loc: ['query', 'needy'], msg: 'Field required', input: null }],
    [
      'int_parsing',
      '/items/foo',
      {
        type: 'int_parsing',
        loc: ['path', 'id'],
        msg: 'Input should be a valid integer, unable to parse string as an integer',
        input: 'foo',
      },
    ],
    [
      'greater_than_equal',
      '/items/0',
      {
        type: 'greater_than_equal',
        loc: ['path', 'id'],
        msg: 'Input should be greater than or equal to 1',
        input: '0',
        ctx: { ge: 1 },
      },
    ],
    [
      'string_too_short',
      '/items/1?q=ab',
      {
        type: 'string_too_short',
        loc: ['query', 'q'],
        msg: 'String should have at least 3 characters',
        input: 'ab',
        ctx: { min_length: 3 },
      },
    ],
    [
      'string_too_long',
      '/items/1?q=abcdef',
      {
        type: 'string_too_long',
        loc: ['query', 'q'],
        msg: 'String should have at most 5 characters',
        input: 'abcdef',
        ctx: { max_length: 5 },
      },
    ],
    [
      'float_parsing',
      '/items/1?ratio=x',
      {
        type: 'float_parsing',
        loc: ['query', 'ratio'],
        msg: 'Input should be a valid number, unable to parse string as a number',
        input: 'x',
      },
    ],
    [
      'bool_parsing',
      '/items/1?short=nope',
      {
        type: 'bool_parsing',
        loc: ['query', 'short'],
        msg: 'Input should be a valid boolean, unable to interpret input',
        input: 'nope',
      },
    ],
    [
      'string_pattern_mismatch',
      '/items/1?fixed=other',
      {
        type: 'string_pattern_mismatch',
        loc: ['query', 'fixed'],
        msg: "String should match pattern '^fixedquery$'",
        input: 'other',
        ctx: { pattern: '^fixedquery$' },
      },
    ],
    [
      'enum',
      '/items/1?size=x',
      {
        type: 'enum',
        loc: ['query', 'size'],
        msg: "Input should be 'alexnet', 'resnet' or 'lenet'",
        input: 'x',
        ctx: { expected: "'alexnet', 'resnet' or 'lenet'" },
      },
    ],
  ])('%s of a string-borne part, exactly', async (_, path, expected) => {
    expect(await problemsOf(app, path)).toEqual([expected])
  })

  test('uuid_parsing: the type and the beginning of the message, Pydantic names the character too', async () => {
    expect(await problemsOf(app, '/items/1?uuid=x')).toEqual([
      {
        type: 'uuid_parsing',
        loc: ['query', 'uuid'],
        msg: expect.stringMatching(/^Input should be a valid UUID, /),
        input: 'x',
        ctx: { error: expect.any(String) },
      },
    ])
  })

  test.each<[string, unknown, object]>([
    [
      'string_type',
      { name: 1 },
      { type: 'string_type', loc: ['body', 'name'], msg: 'Input should be a valid string', input: 1 },
    ],
    [
      'int_from_float',
      { name: 'a', count: 1.5 },
      {
        type: 'int_from_float',
        loc: ['body', 'count'],
        msg: 'Input should be a valid integer, got a number with a fractional part',
        input: 1.5,
      },
    ],
    [
      'too_short',
      { name: 'a', tags: [] },
      {
        type: 'too_short',
        loc: ['body', 'tags'],
        msg: 'List should have at least 1 item after validation, not 0',
        // Pydantic repeats the list here.
        input: null,
        ctx: { field_type: 'List', min_length: 1, actual_length: 0 },
      },
    ],
    [
      'literal_error',
      { name: 'a', kind: 'x' },
      {
        type: 'literal_error',
        loc: ['body', 'kind'],
        msg: "Input should be 'thing'",
        input: 'x',
        ctx: { expected: "'thing'" },
      },
    ],
    [
      'an index and a key below it',
      { name: 'a', nested: { deep: [{ x: 1 }, {}] } },
      { type: 'missing', loc: ['body', 'nested', 'deep', 1, 'x'], msg: 'Field required', input: null },
    ],
    [
      'dict values',
      { name: 'a', extra: { a: 'x' } },
      { type: 'int_type', loc: ['body', 'extra', 'a'], msg: 'Input should be a valid integer', input: 'x' },
    ],
  ])('%s of a body', async (_, json, expected) => {
    expect(await problemsOf(app, '/', { json })).toEqual([expected])
  })

  test('a body of another kind', async () => {
    expect(await problemsOf(app, '/', { json: [] })).toMatchObject([{ type: 'model_attributes_type', loc: ['body'] }])
    expect(await problemsOf(app, '/list', { json: {} })).toMatchObject([
      { type: 'list_type', loc: ['body'], msg: 'Input should be a valid list' },
    ])
  })

  test('no body at all', async () => {
    expect(await problemsOf(app, '/', { method: 'POST' })).toEqual([
      { type: 'missing', loc: ['body'], msg: 'Field required', input: null },
    ])
  })

  test('better than FastAPI: a missing sibling does not echo a submitted secret, nor does a wrong one', async () => {
    const secret = appOf({
      login: route.post(
        '/',
        { access: anyone, body: z.object({ username: z.string(), password: z.string().min(15) }) },
        () => undefined,
      ),
    })
    const { body } = await ask(secret, '/', { json: { password: 'hunter2' } })
    expect(JSON.stringify(body)).not.toContain('hunter2')
  })
})
