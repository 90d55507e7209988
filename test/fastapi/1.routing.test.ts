import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createApp, dependency, html, mount, reply, route, router, text, type Middleware } from 'ashlar'
import { anyone } from 'ashlar/access'
import { defineError, NotFound } from 'ashlar/errors'
import { get as rawGet, rawExchange } from '../guarantees/raw.ts'
import { appOf, ask, documented } from './fixture.ts'

const said = z.object({ said: z.string() })
const answer = (said: string) => () => ({ said })

describe('Path ops', () => {
  test('get/put/post/delete/options/head/patch/trace', async () => {
    const options = { access: anyone, response: said }
    const app = appOf({
      get: route.get('/', options, answer('get')),
      put: route.put('/', options, answer('put')),
      post: route.post('/', options, answer('post')),
      delete: route.delete('/', options, answer('delete')),
      options: route.options('/', options, answer('options')),
      patch: route.patch('/', options, answer('patch')),
      trace: route.trace('/', options, answer('trace')),
      head: route.head('/head', { access: anyone, response: text }, ({ response }) => {
        response.header('x-said', 'head')
        return ''
      }),
    })
    for (const method of ['GET', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'PATCH'])
      expect((await ask(app, '/', { method })).body).toEqual({ said: method.toLowerCase() })
    expect((await ask(app, '/head', { method: 'HEAD' })).headers.get('x-said')).toBe('head')
    const { port } = await app.listen({ port: 0 })
    // The platform's fetch refuses to send a TRACE.
    expect((await rawExchange(port, rawGet('/', {}, 'TRACE'))).body).toBe('{"said":"trace"}')
    await app.stop()
    expect(Object.keys(app.openapi().paths['/'] as object)).toEqual([
      'get',
      'put',
      'post',
      'delete',
      'options',
      'patch',
      'trace',
    ])
  })

  test('api_route(methods): one handler under several methods is several operations', async () => {
    const both = answer('both')
    const app = appOf({
      read: route.get('/', { access: anyone, response: said }, both),
      write: route.post('/', { access: anyone, response: said }, both),
    })
    expect((await ask(app, '/')).body).toEqual((await ask(app, '/', { method: 'POST' })).body)
  })
})

describe('Route options', () => {
  const Full = z.object({ id: z.int(), name: z.string(), secret: z.string() })
  const Teapot = defineError({ code: 'teapot', status: 418, title: 'A teapot' })
  const app = appOf(
    {
      make: route.post(
        '/make',
        {
          access: anyone,
          response: Full.omit({ secret: true }),
          status: 201,
          tags: ['things'],
          summary: 'Make it',
          description: 'Makes **it**.',
          responseDescription: 'It, made',
          errors: [Teapot],
          deprecated: true,
          operationId: 'make_it',
          openapi: { 'x-aperture': 1, callbacks: { done: { '{$request.query.url}': { post: { responses: {} } } } } },
        },
        () => ({ id: 1, name: 'it', secret: 'not sent' }),
      ),
      unlisted: route.get('/unlisted', { access: anyone, hidden: true }, () => undefined),
      page: route.get('/page', { access: anyone, response: html }, () => '<p>it</p>'),
    },
    { root: {} },
  )

  test('status_code, tags, summary, description, response_description, responses, deprecated, operation_id', () => {
    expect(documented(app, '/make', 'post')).toMatchObject({
      tags: ['things'],
      summary: 'Make it',
      description: 'Makes **it**.',
      operationId: 'make_it',
      deprecated: true,
      responses: { 201: { description: 'It, made' }, 418: { description: expect.stringContaining('A teapot') } },
    })
  })

  test('openapi_extra and callbacks are merged deeply', () => {
    expect(documented(app, '/make', 'post')).toMatchObject({ 'x-aperture': 1, callbacks: { done: {} } })
  })

  test('include_in_schema: false still answers', async () => {
    expect(app.openapi().paths).not.toHaveProperty('/unlisted')
    expect((await ask(app, '/unlisted')).status).toBe(204)
  })

  test('response_model with include/exclude is a schema with pick/omit, which the document shows too', async () => {
    expect(await ask(app, '/make', { method: 'POST' })).toMatchObject({ status: 201, body: { id: 1, name: 'it' } })
    expect(JSON.stringify(app.openapi())).not.toContain('secret')
  })

  test('response_class: html', async () => {
    const { headers, body } = await ask(app, '/page')
    expect([headers.get('content-type'), body]).toEqual(['text/html; charset=utf-8', '<p>it</p>'])
    expect(documented(app, '/page')).toMatchObject({ responses: { 200: { content: { 'text/html': {} } } } })
  })

  test('generate_unique_id_function: the operationId is the name in the tree, and a second one of that name is refused', () => {
    expect(documented(app, '/page')).toMatchObject({ operationId: 'page' })
    const named = (path: `/${string}`) => route.get(path, { access: anyone, operationId: 'same' }, () => undefined)
    expect(() => appOf({ a: named('/a'), b: named('/b') })).toThrow(/operationId/)
  })
})

describe('Path syntax', () => {
  const ids = z.object({ id: z.string() })
  const app = appOf({
    file: route.get(
      '/files/*path',
      { access: anyone, response: z.object({ path: z.string() }) },
      ({ params }) => params,
    ),
    byId: route.get('/users/:id', { access: anyone, response: ids }, ({ params }) => params),
    me: route.get('/users/me', { access: anyone, response: said }, answer('me')),
    number: route.get(
      '/numbers/:n',
      { access: anyone, params: z.object({ n: z.int() }), response: z.object({ n: z.int() }) },
      ({ params }) => params,
    ),
  })

  test('{p:path} takes the rest including slashes', async () => {
    expect((await ask(app, '/files/home/ada/notes.txt')).body).toEqual({ path: 'home/ada/notes.txt' })
  })

  test('static beats dynamic, whatever the order of declaration', async () => {
    expect((await ask(app, '/users/me')).body).toEqual({ said: 'me' })
    expect((await ask(app, '/users/ada')).body).toEqual({ id: 'ada' })
  })

  test('param names are inferred in types and checked against the schema', () => {
    route.get('/a/:id', { access: anyone, response: ids }, ({ params }) => ({ id: params.id satisfies string }))
    // @ts-expect-error the params schema lacks "id"
    route.get('/a/:id', { access: anyone, params: z.object({ other: z.string() }) }, () => undefined)
    const more = z.object({ id: z.string(), nope: z.string() })
    const nope = route.get('/a/:id', { access: anyone, params: more }, () => undefined)
    expect(() => appOf({ nope })).toThrow(/reads the path parameter "nope", which \/a\/:id does not have/)
    expect(() => appOf({ bad: route.get('/a{id}', { access: anyone }, () => undefined) })).toThrow(/is not a segment/)
  })

  test('a parameter is decoded once', async () => {
    expect((await ask(app, '/users/a%2520b')).body).toEqual({ id: 'a%20b' })
  })
})

describe('Unknown path / method', () => {
  const app = appOf({
    read: route.get('/items', { access: anyone, response: said }, answer('read')),
    write: route.post('/items', { access: anyone, response: said }, answer('write')),
  })

  test('404 {"detail":"Not Found"}', async () => {
    const { status, body, headers } = await ask(app, '/nowhere')
    expect([status, body, headers.get('content-type')]).toEqual([404, { detail: 'Not Found' }, 'application/json'])
  })

  test('405 {"detail":"Method Not Allowed"} + Allow', async () => {
    const { status, body, headers } = await ask(app, '/items', { method: 'DELETE' })
    expect([status, body]).toEqual([405, { detail: 'Method Not Allowed' }])
    expect(headers.get('allow')).toBe('GET, HEAD, OPTIONS, POST')
  })

  test('HEAD and OPTIONS come by themselves', async () => {
    const head = await ask(app, '/items', { method: 'HEAD' })
    expect([head.status, head.body, head.headers.get('content-length')]).toEqual([200, '', '15'])
    const options = await ask(app, '/items', { method: 'OPTIONS' })
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS, POST'])
  })
})

describe('redirect_slashes', () => {
  const items = route.get('/items', { access: anyone, response: said }, answer('items'))
  const app = appOf({ items })

  test('307 to the other slash form, absolute Location, with the query', async () => {
    const { status, headers } = await ask(app, '/items/?q=a%20b')
    expect([status, headers.get('location')]).toEqual([307, 'http://localhost/items?q=a%20b'])
  })

  test('switchable', async () => {
    expect((await ask(appOf({ items }, { redirectSlashes: false }), '/items/')).status).toBe(404)
  })

  test('behind a path of a proxy, and in a mounted app, the Location has all of the path', async () => {
    const inner = appOf({ items })
    const outer = appOf({}, { rootPath: '/api/v1', mounts: [mount('/inner', inner)] })
    expect((await ask(outer, '/inner/items/')).headers.get('location')).toBe('http://localhost/api/v1/inner/items')
    expect((await ask(appOf({ items }, { rootPath: '/v1' }), '/items/')).headers.get('location')).toBe(
      'http://localhost/v1/items',
    )
  })
})

describe('APIRouter', () => {
  const Gone = defineError({ code: 'gone_away', status: 410, title: 'Gone away' })
  const leaf = route.get('/leaf', { access: anyone, tags: ['own'], response: said }, answer('leaf'))
  const inner = router('/inner', { tags: ['inner'], deprecated: true, errors: [Gone] }, { leaf })

  test('prefix/tags/responses/deprecated, nestable', async () => {
    const app = appOf({ outer: router('/outer', { tags: ['outer'] }, { inner }) })
    expect((await ask(app, '/outer/inner/leaf')).body).toEqual({ said: 'leaf' })
    expect(documented(app, '/outer/inner/leaf')).toMatchObject({
      operationId: 'outer.inner.leaf',
      tags: ['outer', 'inner', 'own'],
      deprecated: true,
      responses: { 410: {} },
    })
  })

  test('the same router includable twice, each with its own paths and names', async () => {
    const app = appOf({ v1: router('/v1', { inner }), v2: router('/v2', { tags: ['two'] }, { inner }) })
    expect(Object.keys(app.openapi().paths)).toEqual(['/v1/inner/leaf', '/v2/inner/leaf'])
    expect(documented(app, '/v1/inner/leaf')).toMatchObject({ operationId: 'v1.inner.leaf', tags: ['inner', 'own'] })
    expect(documented(app, '/v2/inner/leaf')).toMatchObject({ tags: ['two', 'inner', 'own'] })
    expect((await ask(app, '/v2/inner/leaf')).status).toBe(200)
  })

  test('a parameter in a prefix is read by a dependency, for all below it', async () => {
    const team = dependency({ params: z.object({ team: z.string() }) }, ({ params }) => params.team)
    const read = route.get('/name', { access: anyone, uses: { team }, response: said }, ({ team }) => ({ said: team }))
    const app = appOf({ teams: router('/teams/:team', { read }) })
    expect((await ask(app, '/teams/blue/name')).body).toEqual({ said: 'blue' })
    expect(documented(app, '/teams/{team}/name')).toMatchObject({ parameters: [{ name: 'team', in: 'path' }] })
  })

  test('routers keep identity: a live tree, not copies', () => {
    const app = createApp({ title: 'T', version: '1', environment: 'test', api: router('', { inner }) })
    expect(app.api.children.inner).toBe(inner)
    expect(app.api.children.inner.children.leaf).toBe(leaf)
  })
})

describe('Dependency order', () => {
  const ran: string[] = []
  const note = (name: string) => dependency({ name }, () => void ran.push(name))
  beforeEach(() => void (ran.length = 0))

  test('app -> include_router -> router -> route.dependencies -> parameters', async () => {
    const value = dependency({ name: 'value', uses: { sub: note('sub') } }, () => void ran.push('value'))
    const preset = route.with({ uses: { preset: note('preset') } })
    const leaf = preset.get('/leaf', { access: anyone, uses: { value } }, () => void ran.push('handler'))
    const app = appOf(
      {
        outer: router(
          '',
          { uses: { o: note('outer router') } },
          { inner: router('', { uses: { i: note('inner router') } }, { leaf }) },
        ),
      },
      { uses: { a: note('app') } },
    )
    await ask(app, '/leaf')
    expect(ran).toEqual(['app', 'outer router', 'inner router', 'preset', 'sub', 'value', 'handler'])
  })

  test('stricter than FastAPI: no dependency runs before all input of all of them is valid', async () => {
    const reads = dependency({ name: 'reads', query: z.object({ n: z.int() }) }, () => void ran.push('reads'))
    const app = appOf(
      { leaf: route.get('/leaf', { access: anyone, uses: { reads } }, () => undefined) },
      { uses: { a: note('app') } },
    )
    expect((await ask(app, '/leaf?n=x')).status).toBe(422)
    expect(ran).toEqual([])
  })
})

describe('mount', () => {
  const items = route.get('/items', { access: anyone, response: said }, answer('inner'))
  const missing = route.get('/missing', { access: anyone, errors: [NotFound] }, () => {
    throw new NotFound()
  })
  const inner = appOf({ items, missing }, { title: 'Inner', errors: 'problem' })
  const outer = appOf(
    { own: route.get('/own', { access: anyone, response: said }, answer('outer')) },
    {
      mounts: [
        mount('/inner', inner),
        mount('/fetch', {
          access: anyone,
          fetch: async (request) =>
            Response.json({ url: request.url, method: request.method, body: await request.text() }),
        }),
        mount('/node', { access: anyone, listener: (request, response) => response.end(`node ${request.url}`) }),
      ],
    },
  )

  test('sub-apps with own docs/OpenAPI, root_path adjusted', async () => {
    expect((await ask(outer, '/inner/items')).body).toEqual({ said: 'inner' })
    expect(Object.keys(outer.openapi().paths)).toEqual(['/own'])
    expect((await ask(outer, '/inner/openapi.json')).body).toMatchObject({
      info: { title: 'Inner' },
      servers: [{ url: '/inner' }],
      paths: { '/items': {} },
    })
    expect((await ask(outer, '/inner/docs')).body).toContain('/inner/openapi.json')
    expect((await ask(inner, '/openapi.json')).body).toMatchObject({ servers: [{ url: '/' }] })
  })

  test('a sub-app answers errors in its own format, and names the whole path', async () => {
    expect((await ask(outer, '/inner/missing')).body).toMatchObject({ code: 'not_found', instance: '/inner/missing' })
    expect((await ask(outer, '/inner/nowhere')).body).toMatchObject({ code: 'not_found' })
  })

  test('any fetch handler, which sees the path without the prefix, the query and the body', async () => {
    const { body } = await ask(outer, '/fetch/a/b?c=1', { method: 'POST', body: 'hello' })
    expect(body).toEqual({ url: 'http://localhost/a/b?c=1', method: 'POST', body: 'hello' })
  })

  test('a node listener', async () => {
    const { url } = await outer.listen({ port: 0 })
    expect(await (await fetch(`${url}/node/a?b=1`)).text()).toBe('node /a?b=1')
    expect(await (await fetch(`${url}/node`)).text()).toBe('node /')
    await outer.stop()
    expect((await ask(outer, '/node/a')).status).toBe(501)
  })

  test('only whole segments are below a mount', async () => {
    expect((await ask(outer, '/innermost')).status).toBe(404)
  })
})

test('Reverse URL: request.url_for(name, ...), typed', () => {
  const app = createApp({
    title: 'T',
    version: '1',
    environment: 'test',
    api: router('/api', {
      users: router('/users', {
        read: route.get('/:id', { access: anyone }, () => undefined),
        list: route.get('/', { access: anyone }, () => undefined),
        file: route.get('/files/*path', { access: anyone }, () => undefined),
      }),
    }),
  })
  expect(app.paths.users.list()).toBe('/api/users')
  expect(app.paths.users.read({ id: 'a/b c' })).toBe('/api/users/a%2Fb%20c')
  expect(app.paths.users.file({ path: 'x/y z' })).toBe('/api/users/files/x/y%20z')
  // @ts-expect-error a parameter is missing
  expect(() => app.paths.users.read({})).toThrow(/needs a value/)
})

describe('Custom APIRoute / Request class', () => {
  const order: string[] = []
  const wrapper =
    (name: string): Middleware =>
    async (request, next) => {
      order.push(`${name} in`)
      const outcome = await next()
      order.push(`${name} out`)
      outcome.headers.set(`x-${name}`, request.path)
      return outcome
    }
  const seen: unknown[] = []
  const watch: Middleware = async (_, next) => {
    const outcome = await next()
    if (outcome.status === 422) seen.push(outcome.error)
    return outcome
  }
  const app = appOf(
    {
      wrapped: route.get('/wrapped', { access: anyone, middleware: [wrapper('route')], response: said }, answer('in')),
      watched: route.post('/watched', { access: anyone, middleware: [watch], body: said }, () => undefined),
      status: route.get('/status', { access: anyone, response: { 200: said, 202: said } }, () =>
        reply(202, { said: '' }),
      ),
    },
    { root: { middleware: [wrapper('router')] }, middleware: [wrapper('app')] },
  )

  test('per-route handler wrapper: app outermost, then routers, then the route', async () => {
    order.length = 0
    const { headers } = await ask(app, '/wrapped')
    expect(order).toEqual(['app in', 'router in', 'route in', 'route out', 'router out', 'app out'])
    expect(headers.get('x-route')).toBe('/wrapped')
  })

  test('the log of what was wrong on 422', async () => {
    await ask(app, '/watched', { json: {} })
    expect(seen).toEqual([expect.objectContaining({ issues: [expect.objectContaining({ code: 'missing' })] })])
  })
})
