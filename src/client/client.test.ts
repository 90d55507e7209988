import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createApp } from '../app/create-app.ts'
import { bearer } from '../auth/index.ts'
import { accessFor, anyone } from '../core/access/index.ts'
import { bytes, empty, html, raw } from '../core/content.ts'
import { dependency } from '../core/dependency.ts'
import { defineError, NotFound } from '../core/errors/index.ts'
import { redirect, reply } from '../core/reply.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import { ApiError, client, operationMapOf, type Client } from './index.ts'

const OutOfStock = defineError({
  code: 'out_of_stock',
  status: 409,
  title: 'Out of stock',
  data: z.object({ left: z.int() }),
})
const { authenticated } = accessFor(
  bearer({ scheme: 'Token', verify: (token) => (token === 't1' ? { id: 'ada' } : undefined) }),
)
const Echo = z.object({ values: z.record(z.string(), z.unknown()) })
const echo = (values: object) => ({ values: { ...values } })
let handlerStopped = Promise.withResolvers<void>()
const trace = dependency(
  { headers: z.object({ xTrace: z.string().optional() }) },
  ({ headers }) => headers.xTrace ?? 'none',
)

const api = router('/api', {
  echo: router('/echo/:tenant', {
    query: route.get(
      '/query',
      {
        access: anyone,
        query: z.object({
          tags: z.array(z.string()),
          limit: z.int().optional(),
          at: z.date().optional(),
          on: z.boolean().optional(),
        }),
        response: Echo,
      },
      ({ query }) => echo({ ...query, at: query.at?.toISOString() }),
    ),
    headers: route.get(
      '/headers',
      { access: anyone, uses: { trace }, cookies: z.object({ theme: z.string() }), response: Echo },
      ({ trace, cookies, request }) =>
        echo({ trace, theme: cookies.theme, extra: request.header('x-extra'), path: request.path }),
    ),
    form: route.post(
      '/form',
      { access: anyone, form: z.object({ name: z.string(), tags: z.array(z.string()).optional() }), response: Echo },
      ({ form }) => echo(form),
    ),
    body: route.put(
      '/body/:id',
      { access: anyone, body: z.object({ title: z.string(), at: z.date() }), response: Echo },
      ({ body, params }) => echo({ title: body.title, year: body.at.getUTCFullYear(), id: params.id }),
    ),
  }),
  path: route.get('/an-operation-named-path', { access: anyone, response: z.string() }, () => 'path'),
  rest: route.get('/files/*rest', { access: anyone, response: z.string() }, ({ params }) => params.rest),
  page: route.get('/page', { access: anyone, response: html }, () => '<p>'),
  csv: route.get('/csv', { access: anyone, response: bytes('text/csv') }, () => new TextEncoder().encode('a,b')),
  part: route.get('/part', { access: anyone, response: bytes('text/csv'), status: 206 }, () =>
    new TextEncoder().encode('b'),
  ),
  raw: route.get(
    '/raw',
    { access: anyone, response: raw },
    () => new Response('as it is', { headers: { 'x-own': '1' } }),
  ),
  nothing: route.delete('/nothing', { access: anyone }, () => {}),
  several: route.get(
    '/several/:which',
    { access: anyone, response: { 200: z.object({ a: z.int() }), 202: bytes('application/json'), 303: empty } },
    ({ params }) =>
      params.which === 'moved'
        ? redirect('/api/page', 303)
        : params.which === 'bytes'
          ? reply(202, new TextEncoder().encode('{}'))
          : reply(200, { a: 1 }),
  ),
  buy: route.post(
    '/buy/:id',
    { access: anyone, body: z.object({ count: z.int().min(1) }), errors: [NotFound, OutOfStock] },
    ({ params, body }) => {
      if (params.id === 'unknown') throw new NotFound('There is no such thing.')
      throw new OutOfStock('Only 2 left.', { data: { left: body.count - 1 } })
    },
  ),
  secret: route.get('/secret', { access: authenticated, response: z.string() }, ({ user }) => user.id),
  broken: route.get('/broken', { access: anyone }, () => {
    throw new Error('secret detail')
  }),
  slow: route.get('/slow', { access: anyone }, async ({ signal }) => {
    if (!signal.aborted) await once(signal, 'abort')
    handlerStopped.resolve()
  }),
})
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const app = createApp({ title: 'Test', version: '1.0.0', api, logger: silent })
const fastapi = createApp({ title: 'Test', version: '1.0.0', api, logger: silent, errors: 'fastapi' })
let url = ''
beforeAll(async () => {
  url = (await app.listen({ port: 0 })).url
})
afterAll(() => app.stop())

const params = { tenant: 'acme' }
const ways: readonly (readonly [string, () => Client<typeof api>])[] = [
  ['in process', () => client(app, { params })],
  [
    'over the network, with the operations given',
    () => client<typeof api>(url, { params, operations: operationMapOf(api) }),
  ],
  ['over the network, with the document fetched', () => client<typeof api>(`${url}/`, { params })],
]

describe.for(ways)('%s', ([, make]) => {
  test('query values are sent as text, lists by repetition, and what is undefined not at all', async () => {
    const calls = make()
    const query = { tags: ['a', 'b&c'], limit: 5, at: '2026-01-02T03:04:05.000Z', on: true }
    expect(await calls.echo.query({ query })).toEqual({ values: query })
    expect(await calls.echo.query({ query: { tags: ['é'], limit: undefined } })).toEqual({ values: { tags: ['é'] } })
  })

  test('headers, cookies and path parameters arrive as they were given', async () => {
    const calls = make()
    const got = await calls.echo.headers(
      { headers: { xTrace: 't 1' }, cookies: { theme: 'dark; x="ü"' } },
      { headers: { 'x-extra': '1' } },
    )
    expect(got.values).toEqual({ trace: 't 1', theme: 'dark; x="ü"', extra: '1', path: '/api/echo/acme/headers' })
    expect(await calls.echo.body({ params: { id: 'ä b?' }, body: { title: 'x', at: '2026-01-01T00:00:00Z' } })).toEqual(
      { values: { title: 'x', year: 2026, id: 'ä b?' } },
    )
  })

  test('a form is sent urlencoded', async () => {
    expect(await make().echo.form({ form: { name: 'a&b=c', tags: ['x', 'y'] } })).toEqual({
      values: { name: 'a&b=c', tags: ['x', 'y'] },
    })
  })

  test('each kind of answer is what its operation declares, whatever its media type', async () => {
    const calls = make()
    expect(await calls.page()).toBe('<p>')
    expect(new TextDecoder().decode(await calls.csv())).toBe('a,b')
    expect(await calls.part.safe()).toMatchObject({ ok: true, status: 206, data: new TextEncoder().encode('b') })
    expect(await calls.nothing()).toBeUndefined()
    const response = await calls.raw()
    expect([response.headers.get('x-own'), await response.text()]).toEqual(['1', 'as it is'])
  })

  test('a declared status comes with its own body; a redirect is an answer', async () => {
    const calls = make()
    expect(await calls.several.safe({ params: { which: 'json' } })).toMatchObject({
      ok: true,
      status: 200,
      data: { a: 1 },
    })
    const bytesAnswer = await calls.several.safe({ params: { which: 'bytes' } })
    expect(bytesAnswer).toMatchObject({ ok: true, status: 202, data: new TextEncoder().encode('{}') })
    const moved = await calls.several.safe({ params: { which: 'moved' } })
    expect(moved).toMatchObject({ ok: true, status: 303, data: undefined })
    expect(moved.ok && moved.response.headers.get('location')).toBe('/api/page')
  })

  test('a declared error is thrown with its code, data and request id, or given as a value', async () => {
    const calls = make()
    const thrown = await calls.buy({ params: { id: 'mug' }, body: { count: 3 } }).catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(ApiError)
    expect(thrown).toMatchObject({
      code: 'out_of_stock',
      status: 409,
      title: 'Out of stock',
      detail: 'Only 2 left.',
      data: { left: 2 },
      message: 'buy: 409 out_of_stock: Only 2 left.',
    })
    expect((thrown as ApiError).requestId).toBe((thrown as ApiError).headers.get('x-request-id'))
    expect((thrown as ApiError).requestId).not.toBeNull()
    const result = await calls.buy.safe({ params: { id: 'unknown' }, body: { count: 1 } })
    expect(result).toMatchObject({ ok: false, error: { code: 'not_found', data: undefined } })
  })

  test('all problems of the input are listed with their places', async () => {
    const result = await make().buy.safe({ params: { id: 'mug' }, body: { count: 0 } })
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'validation_failed', status: 422, issues: [{ in: 'body', path: ['count'] }] },
    })
    expect(!result.ok && result.error.message).toMatch(/^buy: 422 validation_failed: .*\n {2}body\.count: .+ \(.+\)$/)
  })

  test('an error of the server tells no more than it sent', async () => {
    expect(await make().broken.safe()).toMatchObject({ ok: false, error: { code: 'internal_error', status: 500 } })
  })

  test('an aborted call throws the reason of the abort, also from safe', async () => {
    const controller = new AbortController()
    const call = make().slow.safe({}, { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
  })

  test('an operation may be named like a function of an operation', async () => {
    const calls = make()
    await calls.page()
    expect(await calls.path()).toBe('path')
  })
})

test('an abort reaches the handler in process, even before it has asked for its signal', async () => {
  handlerStopped = Promise.withResolvers()
  const controller = new AbortController()
  const call = client(app).slow({}, { signal: controller.signal })
  controller.abort(new Error('enough'))
  await expect(call).rejects.toThrow('enough')
  await handlerStopped.promise
})

test('paths are built from names, with parameters encoded and the query added', () => {
  const calls = client(app, { params })
  expect(calls.rest.path({ params: { rest: 'a b/c' } })).toBe('/api/files/a%20b/c')
  expect(calls.echo.query.path({ query: { tags: ['x', 'y'] } })).toBe('/api/echo/acme/query?tags=x&tags=y')
  expect(() => client(app).echo.query.path({ query: { tags: [] } })).toThrow(/needs a value for "tenant"/)
  expect(() => client<typeof api>(url).page.path()).toThrow(/pass client\(url, \{ operations/)
})

test('the rest of a path keeps its slashes', async () => {
  expect(await client(app).rest({ params: { rest: 'a b/c' } })).toBe('a b/c')
})

test('a token is sent with its scheme, asked for before every call', async () => {
  let token: string | undefined = 't1'
  const calls = client(app, { scheme: 'Token', token: () => token })
  expect(await calls.secret()).toBe('ada')
  token = undefined
  const refused = await calls.secret.safe()
  expect(refused).toMatchObject({ ok: false, error: { code: 'unauthenticated', status: 401 } })
  expect(!refused.ok && refused.error.headers.get('www-authenticate')).toBe('Token')
})

test('headers of the client are sent with every call; those of a call come first', async () => {
  const calls = client(app, { params, headers: () => Promise.resolve({ 'x-extra': 'all' }) })
  const input = { cookies: { theme: 'a' } }
  expect((await calls.echo.headers(input)).values).toMatchObject({ extra: 'all' })
  expect((await calls.echo.headers(input, { headers: { 'x-extra': 'one' } })).values).toMatchObject({ extra: 'one' })
})

test("FastAPI's error bodies give the same errors", async () => {
  const calls = client(fastapi)
  expect(await calls.buy.safe({ params: { id: 'mug' }, body: { count: 3 } })).toMatchObject({
    ok: false,
    error: { code: 'out_of_stock', status: 409, detail: 'Only 2 left.', data: { left: 2 } },
  })
  expect(await calls.buy.safe({ params: { id: 'unknown' }, body: { count: 1 } })).toMatchObject({
    ok: false,
    error: { code: 'not_found', detail: 'There is no such thing.' },
  })
  const invalid = await calls.buy.safe({ params: { id: 'mug' }, body: { count: 0 } })
  expect(invalid).toMatchObject({
    ok: false,
    error: { code: 'validation_failed', issues: [{ in: 'body', path: ['count'] }] },
  })
  expect(await calls.broken.safe()).toMatchObject({
    ok: false,
    error: { code: 'internal_error', body: 'Internal Server Error' },
  })
})

test('a tree is not a promise, and a name is one value', async () => {
  const calls = client(app)
  expect(await Promise.resolve(calls)).toBe(calls)
  expect(calls.echo).toBe(calls.echo)
})

/** A server that answers as it is told, for what no app of ours would. */
async function withServer<T>(
  listener: (request: IncomingMessage, response: ServerResponse) => void,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
const operations = operationMapOf(api)

test.for([
  {
    name: 'no body',
    status: 502,
    type: '',
    body: '',
    error: { code: 'http_error', status: 502, title: 'Bad Gateway' },
  },
  {
    name: 'a page of a proxy',
    status: 503,
    type: 'text/html',
    body: '<h1>',
    error: { code: 'unavailable', body: '<h1>' },
  },
  {
    name: 'JSON of its own',
    status: 404,
    type: 'application/json',
    body: '{"error":"x"}',
    error: { code: 'not_found', body: { error: 'x' } },
  },
  {
    name: 'a JSON list',
    status: 400,
    type: 'application/json',
    body: '[1]',
    error: { code: 'bad_request', body: [1] },
  },
  { name: 'null', status: 400, type: 'application/json', body: 'null', error: { code: 'bad_request' } },
  {
    name: 'a success that is not JSON',
    status: 200,
    type: 'application/json',
    body: '{',
    error: { code: 'answer_invalid', status: 0 },
  },
])('an answer with $name is an ApiError', async ({ status, type, body, error }) => {
  await withServer(
    (_, response) => response.writeHead(status, type === '' ? {} : { 'content-type': type }).end(body),
    async (url) => {
      expect(await client<typeof api>(url, { operations }).secret.safe()).toMatchObject({ ok: false, error })
    },
  )
})

test('no answer at all is an ApiError without a status', async () => {
  await withServer(
    (request) => request.socket.destroy(),
    async (url) => {
      const result = await client<typeof api>(url, { operations }).secret.safe()
      expect(result).toMatchObject({ ok: false, error: { code: 'network_error', status: 0 } })
    },
  )
})

test('a server that is not there is named, and a URL without its scheme refused', async () => {
  expect(() => client<typeof api>('localhost:3000')).toThrow('client() takes a URL such as https://')
  const result = await client<typeof api>('http://host.invalid', { operations }).secret.safe()
  expect(result.ok ? '' : result.error.message).toMatch(/network_error: There was no answer: .*host\.invalid/)
})

test('a form with a file is sent as multipart', async () => {
  const upload = router('', {
    send: route.post(
      '/send',
      { access: anyone, form: z.object({ name: z.string(), file: z.file() }), response: z.string() },
      () => '',
    ),
  })
  await withServer(
    (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () =>
        response
          .writeHead(200, { 'content-type': 'text/plain' })
          .end(`${request.headers['content-type']}\n${Buffer.concat(chunks).toString()}`),
      )
    },
    async (url) => {
      const calls = client<typeof upload>(url, { operations: operationMapOf(upload) })
      const got = await calls.send({ form: { name: 'x', file: new File(['hello'], 'a.txt', { type: 'text/plain' }) } })
      expect(got).toMatch(/^multipart\/form-data; boundary=/)
      expect(got).toMatch(
        /name="name"\r\n\r\nx\r\n[^]*name="file"; filename="a.txt"\r\nContent-Type: text\/plain\r\n\r\nhello\r\n/,
      )
    },
  )
})

test('a document that is not there says what to do, and is asked for again by the next call', async () => {
  let status = 404
  await withServer(
    (request, response) => {
      if (request.url !== '/spec.json') {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<p>')
        return
      }
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(app.openapi()))
      status = 200
    },
    async (url) => {
      const calls = client<typeof api>(url, { documentPath: '/spec.json' })
      await expect(calls.page.safe()).rejects.toThrow(
        /could not be read from .*spec\.json.*pass them: client\(url, \{ operations/,
      )
      expect(await calls.page()).toBe('<p>')
      expect(calls.page.path()).toBe('/api/page')
    },
  )
})

test('a name that is no operation says so', async () => {
  const calls = client(app) as unknown as { nowhere: { to: () => Promise<unknown> } }
  await expect(calls.nowhere.to()).rejects.toThrow(/no operation "nowhere.to"/)
})

test('what is not text cannot stand in a query', async () => {
  const calls = client(app, { params })
  const query = { tags: [{ a: 1 }] as unknown as string[] }
  await expect(calls.echo.query({ query })).rejects.toThrow(/query\.tags is sent as text/)
})

test('the map of a document and of the tree it was made from are the same', () => {
  expect(operationMapOf(app.openapi())).toEqual(operations)
  expect(() => operationMapOf({} as never)).toThrow(/pass an OpenAPI 3 document/)
})
