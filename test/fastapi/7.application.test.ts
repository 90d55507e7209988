import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { dependency, mount, named, provide, route, router, type Middleware } from 'ashlar'
import { anyone, role } from 'ashlar/access'
import { bearer, oauth2 } from 'ashlar/auth'
import { get as rawGet, rawExchange } from '../guarantees/raw.ts'
import { appOf, ask, documented } from './fixture.ts'

const ran: string[] = []
const anything = z.unknown()
const ok = route.get('/ok', { access: anyone, response: anything }, () => 'ok')
beforeEach(() => void (ran.length = 0))

describe('lifespan', () => {
  const part = (name: string, fails = false) => ({
    name,
    start: () => {
      ran.push(`${name} start`)
      if (fails) throw new Error('no connection')
    },
    stop: () => void ran.push(`${name} stop`),
  })
  const model = dependency({ name: 'model', scope: 'app' }, async function* () {
    ran.push('model load')
    yield { predict: (x: number) => x * 42 }
    ran.push('model unload')
  })
  const predict = route.get(
    '/predict',
    { access: anyone, uses: { model }, query: z.object({ x: z.number() }), response: z.number() },
    ({ model, query }) => model.predict(query.x),
  )

  test('typed state: app-scoped dependencies live from start to stop, parts around them, in reverse at the end', async () => {
    const app = appOf({ predict }, { database: part('database'), parts: [part('cache')] })
    expect((await ask(app, '/predict?x=2')).body).toBe(84)
    expect((await ask(app, '/predict?x=3')).body).toBe(126)
    await app.stop()
    expect(ran).toEqual(['database start', 'cache start', 'model load', 'model unload', 'cache stop', 'database stop'])
  })

  test('a start that fails ends what it had begun, and nothing is served', async () => {
    const app = appOf({ predict }, { parts: [part('a'), part('b', true), part('c')] })
    await expect(app.listen({ port: 0 })).rejects.toThrow('no connection')
    expect(ran).toEqual(['a start', 'b start', 'b stop', 'a stop'])
  })

  test('an override of it is started in its place', async () => {
    const app = appOf({ predict }).with({
      provide: [
        provide(
          model,
          dependency({ scope: 'app' }, () => ({ predict: () => 7 })),
        ),
      ],
    })
    expect((await ask(app, '/predict?x=2')).body).toBe(7)
    expect(ran).toEqual([])
  })
})

describe('Middleware', () => {
  const named = (name: string): Middleware => {
    return async (request, next) => {
      ran.push(`${name} ${request.path}`)
      const outcome = await next()
      outcome.headers.set('x-last', name)
      return outcome
    }
  }

  test('@app.middleware("http"): in order of the list, outermost first, around unknown paths too', async () => {
    const app = appOf({ ok }, { middleware: [named('first'), named('second')] })
    const { headers } = await ask(app, '/nowhere')
    expect(ran).toEqual(['first /nowhere', 'second /nowhere'])
    expect(headers.get('x-last')).toBe('first')
  })

  test('it may answer by itself', async () => {
    const closed: Middleware = () => ({ status: 503, headers: new Map(), cookies: [], body: 'closed' })
    expect(await ask(appOf({ ok }, { middleware: [closed] }), '/ok')).toMatchObject({ status: 503, body: 'closed' })
  })

  test('one that throws is an error like any other', async () => {
    const broken: Middleware = () => {
      throw new Error('broken')
    }
    expect(await ask(appOf({ ok }, { middleware: [broken] }), '/ok')).toMatchObject({ status: 500 })
  })

  test('TrustedHost: a host that is not allowed is refused', async () => {
    const app = appOf({ ok }, { allowedHosts: ['api.example.com', '*.example.org'] })
    const { port } = await app.listen({ port: 0 })
    const status = async (host: string) => (await rawExchange(port, rawGet('/ok', { host }))).statuses
    expect(await status('api.example.com')).toEqual([200])
    expect(await status('a.example.org')).toEqual([200])
    expect(await status('evil.com')).toEqual([421])
    await app.stop()
  })

  test('+ security headers, request id', async () => {
    const { headers } = await ask(appOf({ ok }), '/ok')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-request-id')).toMatch(/\S{8,}/)
    const changed = appOf({ ok }, { securityHeaders: { 'x-frame-options': false, 'x-own': 'yes' } })
    const own = (await ask(changed, '/ok')).headers
    expect([own.get('x-frame-options'), own.get('x-own')]).toEqual([null, 'yes'])
  })

  test('CORSMiddleware: preflights and answers of origins that are named', async () => {
    const app = appOf({ ok }, { cors: { origins: ['https://example.org'], credentials: true } })
    const headers = { origin: 'https://example.org', 'access-control-request-method': 'GET' }
    const preflight = await app.fetch(new Request('http://localhost/ok', { method: 'OPTIONS', headers }))
    expect(preflight.headers.get('access-control-allow-methods')).toContain('GET')
    const { headers: answered } = await ask(app, '/ok', { headers: { origin: 'https://example.org' } })
    expect(answered.get('access-control-allow-origin')).toBe('https://example.org')
    expect(answered.get('vary')).toBe('origin')
  })

  test('GZipMiddleware, and brotli and zstd: from a size on', async () => {
    const long = route.get('/long', { access: anyone, response: anything }, () => 'x'.repeat(2_000))
    const app = appOf({ ok, long })
    const coding = async (path: string): Promise<string | null> =>
      (await app.fetch(new Request(`http://localhost${path}`, { headers: { 'accept-encoding': 'gzip' } }))).headers.get(
        'content-encoding',
      )
    expect([await coding('/ok'), await coding('/long')]).toEqual([null, 'gzip'])
  })

  test('HTTPSRedirectMiddleware', async () => {
    const app = appOf({ ok }, { redirectToHttps: true, trustedProxies: ['10.0.0.0/8'] })
    const { status, headers } = await ask(app, '/ok')
    expect([status, headers.get('location')]).toEqual([308, 'https://localhost/ok'])
  })

  test('StaticFiles: entity tags and 304', async () => {
    const app = appOf({ ok }, { mounts: [mount('/static', { access: anyone, files: import.meta.dirname })] })
    const path = '/static/7.application.test.ts'
    const etag = (await ask(app, path)).headers.get('etag') ?? ''
    expect(
      (await app.fetch(new Request(`http://localhost${path}`, { headers: { 'if-none-match': etag } }))).status,
    ).toBe(304)
  })

  test('+ body limit', async () => {
    const write = route.post('/', { access: anyone, body: anything }, () => undefined)
    const app = appOf({ write }, { limits: { bodyBytes: 10 } })
    expect((await ask(app, '/', { json: 'x'.repeat(20) })).status).toBe(413)
    expect((await ask(app, '/', { json: 'x' })).status).toBe(204)
  })
})

describe('Behind proxy', () => {
  const where = route.get('/where', { access: anyone, response: anything }, ({ request }) => ({
    address: request.address,
    protocol: request.protocol,
    host: request.host,
  }))
  const headers = {
    'x-forwarded-for': '203.0.113.7',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'localhost:8443',
  }

  test('forwarded headers are off by default, and believed from a trusted proxy only', async () => {
    expect((await ask(appOf({ where }), '/where', { headers })).body).toEqual({
      address: '127.0.0.1',
      protocol: 'http',
      host: 'localhost',
    })
    expect((await ask(appOf({ where }, { trustedProxies: ['loopback'] }), '/where', { headers })).body).toEqual({
      address: '203.0.113.7',
      protocol: 'https',
      host: 'localhost:8443',
    })
  })

  test('root_path added to servers, and to the links of the docs page', async () => {
    const app = appOf({ ok }, { rootPath: '/api/v1', servers: [{ url: 'https://example.com' }] })
    expect(app.openapi().servers).toEqual([{ url: '/api/v1' }, { url: 'https://example.com' }])
    expect((await ask(app, '/docs')).body).toContain('/api/v1/openapi.json')
  })
})

describe('OpenAPI', () => {
  const Item = named('Item', z.object({ name: z.string(), at: z.date(), count: z.int().default(1) }))
  const echo = route.post('/items', { access: anyone, body: Item, response: Item }, ({ body }) => body)

  test('3.1; title/summary/description/version/terms/contact/license/servers/tags+metadata/externalDocs', () => {
    const info = {
      summary: 'S',
      description: 'D',
      termsOfService: 'https://example.com/terms',
      contact: { name: 'N', url: 'https://example.com', email: 'a@example.com' },
      license: { name: 'MIT', identifier: 'MIT' },
    }
    const rest = {
      servers: [{ url: 'https://example.com', description: 'Main' }],
      tags: [{ name: 'items', description: 'Things' }],
      externalDocs: { url: 'https://example.com/docs', description: 'More' },
    }
    expect(appOf({ ok }, { ...info, ...rest }).openapi()).toMatchObject({
      openapi: expect.stringMatching(/^3\.1\./),
      info: { title: 'Parity', version: '1.0.0', ...info },
      ...rest,
    })
  })

  test('webhooks', () => {
    const webhooks = { newThing: { post: { responses: { 200: { description: 'Received' } } } } }
    expect(appOf({ ok }, { webhooks }).openapi()).toMatchObject({ webhooks })
  })

  test('app.openapi() overridable: merged deeply into the document', () => {
    const app = appOf({ ok }, { openapi: { info: { 'x-logo': { url: '/logo.png' } }, 'x-own': [1] } })
    expect(app.openapi()).toMatchObject({ info: { title: 'Parity', 'x-logo': { url: '/logo.png' } }, 'x-own': [1] })
  })

  test('separate Item-Input/Item-Output, only where they differ', () => {
    const app = appOf({ echo })
    const names = Object.keys((app.openapi().components as { schemas: object }).schemas)
    expect(names.filter((name) => name.startsWith('Item'))).toEqual(['ItemInput', 'ItemOutput'])
  })

  test('422 added automatically, under FastAPI’s names', () => {
    expect(documented(appOf({ echo }), '/items', 'post')).toMatchObject({
      responses: {
        422: { content: { 'application/json': { schema: { $ref: '#/components/schemas/HTTPValidationError' } } } },
      },
    })
    expect(documented(appOf({ ok }), '/ok')).not.toHaveProperty('responses.422')
  })

  test('hidden routers, deprecated routers, tags of routers', () => {
    const app = appOf({
      shown: router('/shown', { tags: ['t'], deprecated: true }, { ok }),
      unlisted: router('/unlisted', { hidden: true }, { ok }),
    })
    expect(Object.keys(app.openapi().paths)).toEqual(['/shown/ok'])
    expect(documented(app, '/shown/ok')).toMatchObject({ deprecated: true, tags: ['t'] })
  })

  test('the document is served at /openapi.json', async () => {
    const app = appOf({ echo })
    expect((await ask(app, '/openapi.json')).body).toEqual(JSON.parse(JSON.stringify(app.openapi())))
  })

  test('conditional/disabled docs', async () => {
    const statuses = async (app: ReturnType<typeof appOf>, headers = {}) => [
      (await ask(app, '/openapi.json', { headers })).status,
      (await ask(app, '/docs', { headers })).status,
    ]
    const allowedHosts = ['localhost']
    expect(await statuses(appOf({ ok }, { docs: false }))).toEqual([404, 404])
    expect(await statuses(appOf({ ok }, { environment: 'production', allowedHosts }))).toEqual([404, 404])
    expect(await statuses(appOf({ ok }, { environment: 'production', allowedHosts, docs: true }))).toEqual([200, 200])
    const auth = [bearer({ verify: (token) => ({ id: token, roles: [token] }) })]
    const guarded = appOf({ ok }, { auth, docs: { access: role('staff') } })
    expect(await statuses(guarded)).toEqual([401, 401])
    expect(await statuses(guarded, { authorization: 'Bearer guest' })).toEqual([403, 403])
    expect(await statuses(guarded, { authorization: 'Bearer staff' })).toEqual([200, 200])
    const moved = appOf({ ok }, { docs: { documentPath: '/v1/api.json', path: '/v1/help' } })
    expect((await ask(moved, '/v1/api.json')).status).toBe(200)
    expect((await ask(moved, '/v1/help')).body).toContain('/v1/api.json')
  })
})

describe('Docs UI', () => {
  const verify = (): undefined => undefined
  const auth = [oauth2({ flows: { password: { tokenUrl: '/token' } }, verify })]
  const app = appOf({ ok }, { auth, docs: { oauth2: { clientId: 'docs-client' } } })

  test('/docs Swagger UI with self-hosted assets and init_oauth', async () => {
    const page = String((await ask(app, '/docs')).body)
    expect(page).toContain('docs-client')
    const links = [...page.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, link]) => link as string)
    expect(links.length).toBeGreaterThan(0)
    for (const link of links) {
      expect(link).toMatch(/^\/docs\//)
      expect((await ask(app, link)).status).toBe(200)
    }
  })

  test('oauth2-redirect', async () => {
    expect((await ask(app, '/docs/oauth2-redirect.html')).status).toBe(200)
  })
})
