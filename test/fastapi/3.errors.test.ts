import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { dependency, reply, route, empty, type Logger } from 'ashlar'
import { anyone } from 'ashlar/access'
import { AshlarError, defineError, Forbidden, NotFound, ValidationFailed, type ErrorFormat } from 'ashlar/errors'
import { fastapiFormat } from 'ashlar/http'
import { appOf, ask, problemsOf } from './fixture.ts'

const failing = (error: () => unknown) =>
  appOf({
    fail: route.get('/', { access: anyone }, () => {
      throw error()
    }),
  })

describe('HTTPException(status, detail:any JSON, headers) -> {"detail": ...}', () => {
  test('a text', async () => {
    const { status, body, headers } = await ask(
      failing(() => new NotFound('Item not found')),
      '/',
    )
    expect([status, body, headers.get('content-type')]).toEqual([404, { detail: 'Item not found' }, 'application/json'])
  })

  test('without one, the words of HTTP', async () => {
    expect(
      (
        await ask(
          failing(() => new Forbidden()),
          '/',
        )
      ).body,
    ).toEqual({ detail: 'Forbidden' })
  })

  test('headers', async () => {
    const app = failing(() => new NotFound(undefined, { headers: { 'x-error': 'There goes my error' } }))
    expect((await ask(app, '/')).headers.get('x-error')).toBe('There goes my error')
  })

  test('any JSON: typed data, with the stable code beside it', async () => {
    const OutOfStock = defineError({
      code: 'out_of_stock',
      status: 409,
      title: 'Out of stock',
      data: z.object({ left: z.int() }),
    })
    expect(
      await ask(
        failing(() => new OutOfStock('Only 2 left.', { data: { left: 2 } })),
        '/',
      ),
    ).toMatchObject({
      status: 409,
      body: { detail: { code: 'out_of_stock', message: 'Only 2 left.', data: { left: 2 } } },
    })
  })

  test('no body on 204/205/304', async () => {
    const app = appOf({
      none: route.get('/:status', { access: anyone, response: { 204: empty, 205: empty, 304: empty } }, ({ params }) =>
        reply(Number(params.status) as 204, undefined),
      ),
    })
    for (const status of [204, 205, 304]) expect(await ask(app, `/${status}`)).toMatchObject({ status, body: '' })
  })
})

describe('All input errors are collected across dependencies + route in one response', () => {
  const page = dependency({ name: 'page', query: z.object({ limit: z.int() }) }, ({ query }) => query)
  const token = dependency(
    { name: 'token', headers: z.object({ xToken: z.string() }), uses: { page } },
    ({ headers }) => headers,
  )
  const route_ = route.post(
    '/:id',
    {
      access: anyone,
      params: z.object({ id: z.int() }),
      cookies: z.object({ c: z.string() }),
      body: z.object({ name: z.string() }),
      uses: { token },
    },
    () => undefined,
  )

  test('each with its part', async () => {
    const problems = await problemsOf(appOf({ route_ }), '/x?limit=y', { json: {} })
    expect(problems.map(({ loc }) => loc)).toEqual(
      expect.arrayContaining([
        ['path', 'id'],
        ['query', 'limit'],
        ['header', 'x-token'],
        ['cookie', 'c'],
        ['body', 'name'],
      ]),
    )
    expect(problems).toHaveLength(5)
  })

  test('a dependency that throws short-circuits', async () => {
    const ran: string[] = []
    const refuses = dependency({ name: 'refuses' }, () => {
      throw new Forbidden('No.')
    })
    const never = dependency({ name: 'never' }, () => void ran.push('never'))
    const app = appOf({
      r: route.get('/', { access: anyone, uses: { refuses, never } }, () => void ran.push('handler')),
    })
    expect(await ask(app, '/')).toMatchObject({ status: 403, body: { detail: 'No.' } })
    expect(ran).toEqual([])
  })
})

describe('Bad JSON', () => {
  const app = appOf({ b: route.post('/', { access: anyone, body: z.object({}) }, () => undefined) })
  const send = (body: string) =>
    problemsOf(app, '/', { method: 'POST', body, headers: { 'content-type': 'application/json' } })

  test.each([
    ['{', 1, 'Expecting property name enclosed in double quotes'],
    ['{"a":}', 5, 'Expecting value'],
    ['{"a":1,}', 6, 'Illegal trailing comma before end of object'],
    ['x', 0, 'Expecting value'],
  ])('%s -> 422 json_invalid, loc ["body", byte position]', async (body, position, error) => {
    expect(await send(body)).toEqual([
      { type: 'json_invalid', loc: ['body', position], msg: 'JSON decode error', input: {}, ctx: { error } },
    ])
  })

  test('Other body-parse failure -> 400 "There was an error parsing the body"', async () => {
    const form = appOf({ f: route.post('/', { access: anyone, form: z.object({ a: z.string() }) }, () => undefined) })
    const headers = { 'content-type': 'multipart/form-data; boundary=b' }
    expect(await ask(form, '/', { method: 'POST', body: '--b\r\nnot a part', headers })).toMatchObject({
      status: 400,
      body: { detail: 'There was an error parsing the body' },
    })
  })
})

describe('500 text/plain `Internal Server Error`', () => {
  const logged: object[] = []
  const logger: Logger = { debug() {}, info() {}, warn() {}, error: (fields) => void logged.push(fields) }
  const app = appOf(
    {
      mismatch: route.get(
        '/mismatch',
        { access: anyone, response: z.object({ id: z.int() }) },
        () => ({ id: 'secret' }) as unknown as { id: number },
      ),
      unhandled: route.get('/unhandled', { access: anyone }, () => {
        throw new Error('secret')
      }),
    },
    { logger },
  )

  test.each(['/mismatch', '/unhandled'])('%s: never leaks data, and is logged', async (path) => {
    logged.length = 0
    const { status, body, headers } = await ask(app, path)
    expect([status, body, headers.get('content-type')]).toEqual([
      500,
      'Internal Server Error',
      'text/plain; charset=utf-8',
    ])
    expect(logged).toEqual([expect.objectContaining({ err: expect.any(Error), path })])
  })
})

describe('exception_handler(class | status) overrides', () => {
  class LibraryError extends Error {}
  const boom = route.get('/boom', { access: anyone }, () => {
    throw new LibraryError('of a library')
  })
  const invalid = route.get('/invalid', { access: anyone, query: z.object({ q: z.string() }) }, () => undefined)

  test('of a class: mapError gives errors of other libraries an answer', async () => {
    const app = appOf(
      { boom },
      { mapError: (error) => (error instanceof LibraryError ? new NotFound(error.message) : undefined) },
    )
    expect(await ask(app, '/boom')).toMatchObject({ status: 404, body: { detail: 'of a library' } })
  })

  test('of all: a format of your own, with the default reusable', async () => {
    const format: ErrorFormat = {
      ...fastapiFormat,
      name: 'own',
      render: (error, request) =>
        error instanceof ValidationFailed
          ? { status: 400, body: { wrong: error.issues.map(({ path }) => path.join('.')), id: request.id } }
          : fastapiFormat.render(error, request),
    }
    const app = appOf({ invalid }, { errors: format })
    expect(await ask(app, '/invalid')).toMatchObject({ status: 400, body: { wrong: ['q'], id: expect.any(String) } })
    expect((await ask(app, '/nowhere')).body).toEqual({ detail: 'Not Found' })
  })

  test('RequestValidationError carries what was wrong, for logs', async () => {
    const seen: unknown[] = []
    const app = appOf(
      { invalid },
      {
        middleware: [
          async (_, next) => {
            const outcome = await next()
            seen.push(outcome.error)
            return outcome
          },
        ],
      },
    )
    await ask(app, '/invalid')
    expect(seen).toEqual([expect.any(AshlarError)])
  })
})

test('The other format: RFC 9457', async () => {
  const app = appOf(
    { i: route.get('/', { access: anyone, query: z.object({ q: z.int() }) }, () => undefined) },
    { errors: 'problem' },
  )
  const { status, body, headers } = await ask(app, '/?q=x')
  expect([status, headers.get('content-type')]).toEqual([422, 'application/problem+json'])
  expect(body).toMatchObject({
    type: 'urn:problem-type:validation_failed',
    status: 422,
    instance: '/',
    code: 'validation_failed',
    errors: [{ in: 'query', pointer: '/q', code: 'int_parsing' }],
  })
})
