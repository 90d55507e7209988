import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { alias, base64Bytes, dependency, named, route, type Operation } from 'ashlar'
import { anyone } from 'ashlar/access'
import { rawExchange } from '../guarantees/raw.ts'
import { appOf, ask, documented, problemsOf } from './fixture.ts'

const anything = z.unknown()

/** An app whose one operation gives back what it was given. */
const queryApp = (query: z.ZodObject) =>
  appOf({ q: route.get('/', { access: anyone, query, response: anything }, ({ query }) => query) })
const bodyApp = (body: z.ZodType) =>
  appOf({ b: route.post('/', { access: anyone, body, response: anything }, ({ body }) => body) })

describe('Inference', () => {
  test('one declaration, inferred types: the schema is the type, the check and the documentation', async () => {
    const read: Operation = route.get(
      '/items/:id',
      {
        access: anyone,
        params: z.object({ id: z.int() }),
        query: z.object({ q: z.string().optional() }),
        response: z.object({ id: z.int(), q: z.string().optional() }),
      },
      ({ params, query }) => ({ id: params.id satisfies number, q: query.q satisfies string | undefined }),
    )
    const app = appOf({ read })
    expect((await ask(app, '/items/5?q=x')).body).toEqual({ id: 5, q: 'x' })
    expect(documented(app, '/items/{id}')).toMatchObject({
      parameters: [
        { name: 'id', in: 'path', required: true, schema: { type: 'integer' } },
        { name: 'q', in: 'query', schema: { type: 'string' } },
      ],
    })
  })
})

describe('Query', () => {
  test('alias', async () => {
    const app = queryApp(z.object({ itemQuery: alias(z.string(), 'item-query') }))
    expect((await ask(app, '/?item-query=x')).body).toEqual({ itemQuery: 'x' })
    expect(await problemsOf(app, '/?itemQuery=x')).toMatchObject([{ type: 'missing', loc: ['query', 'item-query'] }])
    expect(documented(app, '/')).toMatchObject({ parameters: [{ name: 'item-query' }] })
  })

  test('list by repetition; one repetition is a list of one', async () => {
    const app = queryApp(z.object({ q: z.array(z.int()).default([]) }))
    expect((await ask(app, '/?q=1&q=2')).body).toEqual({ q: [1, 2] })
    expect((await ask(app, '/?q=1')).body).toEqual({ q: [1] })
    expect((await ask(app, '/')).body).toEqual({ q: [] })
    expect(await problemsOf(app, '/?q=1&q=x')).toMatchObject([{ type: 'int_parsing', loc: ['query', 'q', 1] }])
  })

  test('default_factory', async () => {
    let made = 0
    const app = queryApp(z.object({ n: z.int().default(() => ++made) }))
    expect([(await ask(app, '/')).body, (await ask(app, '/')).body]).toEqual([{ n: 1 }, { n: 2 }])
  })

  test.each<[string, z.ZodType, [good: string, bad: string], string]>([
    ['gt', z.int().gt(3), ['4', '3'], 'greater_than'],
    ['ge', z.int().gte(3), ['3', '2'], 'greater_than_equal'],
    ['lt', z.number().lt(3), ['2.5', '3'], 'less_than'],
    ['le', z.number().lte(3), ['3', '3.1'], 'less_than_equal'],
    ['multiple_of', z.int().multipleOf(5), ['10', '11'], 'multiple_of'],
    ['min_length', z.string().min(3), ['abc', 'ab'], 'string_too_short'],
    ['max_length', z.string().max(3), ['abc', 'abcd'], 'string_too_long'],
    ['pattern', z.string().regex(/^fixed$/), ['fixed', 'loose'], 'string_pattern_mismatch'],
    ['a custom validator', z.string().refine((value) => value === 'x', 'not x'), ['x', 'y'], 'value_error'],
  ])('%s', async (_, schema, [good, bad], type) => {
    const app = queryApp(z.object({ v: schema }))
    expect((await ask(app, `/?v=${good}`)).status).toBe(200)
    expect(await problemsOf(app, `/?v=${bad}`)).toMatchObject([{ type, loc: ['query', 'v'] }])
  })

  test('strict is how JSON bodies are read; strings of a query are converted', async () => {
    expect((await ask(queryApp(z.object({ n: z.int() })), '/?n=5')).body).toEqual({ n: 5 })
    expect(await problemsOf(bodyApp(z.object({ n: z.int() })), '/', { json: { n: '5' } })).toMatchObject([
      { type: 'int_type' },
    ])
  })

  test('deprecated, description and examples are documented', () => {
    const q = z.string().meta({ deprecated: true, description: 'Old.', examples: ['a', 'b'] })
    expect(documented(queryApp(z.object({ q })), '/')).toMatchObject({
      parameters: [{ deprecated: true, description: 'Old.', examples: { example1: { value: 'a' } } }],
    })
  })

  test('`1.0`->int ok', async () => {
    expect((await ask(queryApp(z.object({ n: z.int() })), '/?n=1.0')).body).toEqual({ n: 1 })
  })

  test('bool accepts 1/0,true/false,on/off,yes/no,t/f,y/n', async () => {
    const app = queryApp(z.object({ b: z.boolean() }))
    for (const word of ['1', 'true', 'True', 'on', 'yes', 't', 'y']) {
      expect((await ask(app, `/?b=${word}`)).body).toEqual({ b: true })
    }
    for (const word of ['0', 'false', 'FALSE', 'off', 'no', 'f', 'n']) {
      expect((await ask(app, `/?b=${word}`)).body).toEqual({ b: false })
    }
    expect(await problemsOf(app, '/?b=maybe')).toMatchObject([{ type: 'bool_parsing' }])
  })

  test('stricter than FastAPI: a scalar given twice is refused, where FastAPI takes the last', async () => {
    expect(await problemsOf(queryApp(z.object({ q: z.string() })), '/?q=1&q=2')).toMatchObject([
      { type: 'repeated', loc: ['query', 'q'] },
    ])
  })
})

describe('Query/Header/Cookie/Form models', () => {
  test('one model = many params; extra="forbid" -> extra_forbidden', async () => {
    const app = appOf({
      all: route.post(
        '/',
        {
          access: anyone,
          query: z.strictObject({ limit: z.int().default(10) }),
          cookies: z.object({ session: z.string() }),
          form: z.strictObject({ name: z.string() }),
          response: anything,
        },
        ({ query, cookies, form }) => ({ query, cookies, form }),
      ),
    })
    const send = (path: string, body: string) =>
      ask(app, path, {
        method: 'POST',
        body,
        headers: { cookie: 'session=s; other=o', 'content-type': 'application/x-www-form-urlencoded' },
      })
    expect((await send('/', 'name=ada')).body).toEqual({
      query: { limit: 10 },
      cookies: { session: 's' },
      form: { name: 'ada' },
    })
    expect(await send('/?tool=plumbus', 'name=ada&role=admin')).toMatchObject({
      status: 422,
      body: {
        detail: [
          { type: 'extra_forbidden', loc: ['query', 'tool'], msg: 'Extra inputs are not permitted', input: 'plumbus' },
          { type: 'extra_forbidden', loc: ['body', 'role'], msg: 'Extra inputs are not permitted', input: 'admin' },
        ],
      },
    })
  })
})

describe('Header', () => {
  const app = appOf({
    h: route.get(
      '/',
      {
        access: anyone,
        headers: z.object({
          user_agent: z.string(),
          xToken: z.array(z.string()).default([]),
          strange: alias(z.string().optional(), 'strange_header'),
        }),
        response: anything,
      },
      ({ headers }) => headers,
    ),
  })

  test('`_`->`-` conversion, camel case too; switchable by an alias', async () => {
    const headers = { 'user-agent': 'test', strange_header: 's' }
    expect((await ask(app, '/', { headers })).body).toEqual({ user_agent: 'test', xToken: [], strange: 's' })
    expect(documented(app, '/')).toMatchObject({
      parameters: [{ name: 'user-agent' }, { name: 'x-token' }, { name: 'strange_header' }],
    })
  })

  test('repeated headers -> list', async () => {
    const { port } = await app.listen({ port: 0 })
    const lines = 'user-agent: test\r\nx-token: a\r\nX-Token: b\r\n'
    const { body } = await rawExchange(port, `GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n${lines}\r\n`)
    expect(JSON.parse(body)).toMatchObject({ xToken: ['a', 'b'] })
    await app.stop()
  })

  test('case-insensitive', async () => {
    expect((await ask(app, '/', { headers: { 'USER-AGENT': 'loud' } })).body).toMatchObject({ user_agent: 'loud' })
  })
})

describe('Path', () => {
  const app = appOf({
    p: route.get(
      '/items/:id',
      { access: anyone, params: z.object({ id: z.int().min(1).max(1000) }), response: anything },
      ({ params }) => params,
    ),
  })

  test('always required; numeric constraints', async () => {
    expect((await ask(app, '/items/7')).body).toEqual({ id: 7 })
    expect(await problemsOf(app, '/items/0')).toMatchObject([
      { type: 'greater_than_equal', loc: ['path', 'id'], ctx: { ge: 1 } },
    ])
    expect(await problemsOf(app, '/items/x')).toMatchObject([{ type: 'int_parsing' }])
    expect((await ask(app, '/items/')).status).toBe(404)
  })
})

test('Cookie: cookie params and models', async () => {
  const cookies = z.object({ ads_id: z.string(), seen: z.int().optional() })
  const app = appOf({ c: route.get('/', { access: anyone, cookies, response: anything }, ({ cookies }) => cookies) })
  expect((await ask(app, '/', { headers: { cookie: 'ads_id=a%20b; seen=3' } })).body).toEqual({
    ads_id: 'a b',
    seen: 3,
  })
  expect(await problemsOf(app, '/')).toMatchObject([{ type: 'missing', loc: ['cookie', 'ads_id'] }])
})

describe('Body', () => {
  const Item = named('Item', z.object({ name: z.string(), price: z.number() }))
  const User = named('User', z.object({ username: z.string() }))

  test('single model = whole body', async () => {
    expect((await ask(bodyApp(Item), '/', { json: { name: 'a', price: 1 } })).body).toEqual({ name: 'a', price: 1 })
    expect(await problemsOf(bodyApp(Item), '/', { json: { price: 1 } })).toMatchObject([{ loc: ['body', 'name'] }])
  })

  test('2+ = object keyed by name; embed=True forces key; scalars: all one schema with a key for each', async () => {
    const app = bodyApp(z.object({ item: Item, user: User, importance: z.int() }))
    const json = { item: { name: 'a', price: 1 }, user: { username: 'u' }, importance: 5 }
    expect((await ask(app, '/', { json })).body).toEqual(json)
    expect(await problemsOf(app, '/', { json: { item: {} } })).toMatchObject([
      { loc: ['body', 'item', 'name'] },
      { loc: ['body', 'item', 'price'] },
      { loc: ['body', 'user'] },
      { loc: ['body', 'importance'] },
    ])
    const embedded = bodyApp(z.object({ item: Item }))
    expect(await problemsOf(embedded, '/', { json: { name: 'a', price: 1 } })).toMatchObject([
      { loc: ['body', 'item'] },
    ])
  })

  test('two that each declare the whole body are a mistake at start that says so', () => {
    const item = dependency({ name: 'item', body: Item }, ({ body }) => body)
    expect(() =>
      appOf({ two: route.post('/', { access: anyone, body: User, uses: { item } }, () => undefined) }),
    ).toThrow(/declare a body; declare one schema with a key for each/)
  })

  test('unions and discriminators', async () => {
    const Pet = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('cat'), lives: z.int() }),
      z.object({ kind: z.literal('dog'), barks: z.boolean() }),
    ])
    const app = bodyApp(Pet)
    expect((await ask(app, '/', { json: { kind: 'cat', lives: 9 } })).body).toEqual({ kind: 'cat', lives: 9 })
    expect(await problemsOf(app, '/', { json: { kind: 'cow' } })).toMatchObject([
      {
        type: 'union_tag_invalid',
        loc: ['body'],
        ctx: { discriminator: "'kind'", tag: 'cow', expected_tags: "'cat', 'dog'" },
      },
    ])
    expect(await problemsOf(app, '/', { json: {} })).toMatchObject([{ type: 'union_tag_not_found', loc: ['body'] }])
    expect(JSON.stringify(documented(app, '/', 'post'))).toContain('oneOf')
  })

  test('dict and list bodies', async () => {
    expect((await ask(bodyApp(z.record(z.string(), z.int())), '/', { json: { a: 1 } })).body).toEqual({ a: 1 })
    expect((await ask(bodyApp(z.array(Item)), '/', { json: [] })).body).toEqual([])
    expect(await problemsOf(bodyApp(z.array(z.int())), '/', { json: [1, 'x'] })).toMatchObject([{ loc: ['body', 1] }])
  })
})

describe('Content type (0.132+ strict)', () => {
  const app = bodyApp(z.object({ a: z.int() }))
  const send = (type: string | undefined) =>
    ask(app, '/', {
      method: 'POST',
      body: new TextEncoder().encode('{"a":1}'),
      headers: type === undefined ? {} : { 'content-type': type },
    })

  test.each(['application/json', 'application/vnd.api+json', 'application/json; charset=utf-8'])(
    '%s is parsed as JSON',
    async (type) => {
      expect(await send(type)).toMatchObject({ status: 200, body: { a: 1 } })
    },
  )

  test.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'text/json'])(
    '%s is 415, where FastAPI answers 422: the same guard against foreign pages',
    async (type) => {
      expect((await send(type)).status).toBe(415)
    },
  )
})

describe('Form / File / UploadFile', () => {
  const form = z.object({ name: z.string(), age: z.int().optional(), tags: z.array(z.string()).default([]) })
  const app = appOf({ f: route.post('/', { access: anyone, form, response: anything }, ({ form }) => form) })

  test('urlencoded + multipart, converted as a query is', async () => {
    const fields = [
      ['name', 'ada'],
      ['age', '36'],
      ['tags', 'a'],
      ['tags', 'b'],
    ] as const
    const body = new FormData()
    for (const [name, value] of fields) body.append(name, value)
    const expected = { name: 'ada', age: 36, tags: ['a', 'b'] }
    expect((await ask(app, '/', { method: 'POST', body })).body).toEqual(expected)
    const encoded = new URLSearchParams(fields.map(([name, value]) => [name, value]))
    expect((await ask(app, '/', { method: 'POST', body: encoded })).body).toEqual(expected)
  })

  test('empty form string counts as missing', async () => {
    const body = new URLSearchParams({ name: '', age: '' })
    expect(await problemsOf(app, '/', { method: 'POST', body })).toMatchObject([
      { type: 'missing', loc: ['body', 'name'], msg: 'Field required' },
    ])
  })

  test('a file where only fields are declared is refused', async () => {
    const body = new FormData()
    body.append('name', new Blob(['x']), 'x.txt')
    expect((await ask(app, '/', { method: 'POST', body })).status).toBe(415)
  })
})

test('Extra types: UUID, datetime, date, time, timedelta, int beyond 2^53, bytes, set, e-mail, URL', async () => {
  const schema = z.object({
    uuid: z.uuid(),
    at: z.date(),
    day: z.iso.date(),
    time: z.iso.time(),
    span: z.iso.duration(),
    large: z.bigint(),
    raw: base64Bytes(),
    email: z.email(),
    url: z.url(),
  })
  const seen: unknown[] = []
  const app = appOf({
    x: route.post('/', { access: anyone, body: schema, response: schema }, ({ body }) => {
      seen.push(body)
      return body
    }),
  })
  const json = {
    uuid: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    at: '2026-01-31T12:00:00.000Z',
    day: '2026-01-31',
    time: '12:00:00',
    span: 'P1DT2H',
    large: '9007199254740993',
    raw: 'aGVsbG8=',
    email: 'ada@example.com',
    url: 'https://example.com/a',
  }
  // One wire form in both directions.
  expect((await ask(app, '/', { json })).body).toEqual(json)
  expect(seen).toEqual([
    { ...json, at: new Date(json.at), large: 9007199254740993n, raw: new TextEncoder().encode('hello') },
  ])
})

test('Examples: JSON Schema `examples`, and named ones with summary and value', () => {
  const body = z.object({ name: z.string().meta({ examples: ['Foo'] }) })
  const examples = { normal: { summary: 'A normal one', value: { name: 'Foo' } } }
  const app = appOf({ e: route.post('/', { access: anyone, body, examples }, () => undefined) })
  expect(documented(app, '/', 'post')).toMatchObject({
    requestBody: {
      content: { 'application/json': { schema: { properties: { name: { examples: ['Foo'] } } }, examples } },
    },
  })
})

test('Injected specials: Request, Response, BackgroundTasks are members of the context', async () => {
  const done: string[] = []
  const app = appOf({
    s: route.get('/s', { access: anyone, response: anything }, ({ request, response, after, signal, log }) => {
      response.header('x-method', request.method)
      response.cookie('seen', '1')
      after(() => void done.push('after'))
      return { aborted: signal.aborted, log: typeof log.info, path: request.path }
    }),
  })
  const { headers, body } = await ask(app, '/s')
  expect(body).toEqual({ aborted: false, log: 'function', path: '/s' })
  expect([headers.get('x-method'), headers.getSetCookie(), done]).toEqual([
    'GET',
    [expect.stringMatching(/^seen=1; .*HttpOnly/)],
    ['after'],
  ])
})

test('Partial update: absent is told from null', async () => {
  const Patch = z.object({ bio: z.string().nullable(), name: z.string() }).partial()
  const app = appOf({
    p: route.patch('/', { access: anyone, body: Patch, response: anything }, ({ body }) => ({
      given: Object.keys(body),
      ...body,
    })),
  })
  const patch = (json: object) => ask(app, '/', { json, method: 'PATCH' })
  expect((await patch({})).body).toEqual({ given: [] })
  expect((await patch({ bio: null })).body).toEqual({ given: ['bio'], bio: null })
})
