import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createApp, mount, route, router, type AppDefinition } from 'ashlar'
import { anyone, authenticated } from 'ashlar/access'
import { bearer } from 'ashlar/auth'
import { TooManyRequests } from 'ashlar/errors'
import type { CorsOptions } from 'ashlar/http'
import { serving } from './serving.fixture.ts'

const APP = 'https://app.example.com'
const origins = [APP, 'https://*.example.org', 'http://localhost:5173']

const read = route.get('/things/:id', { access: anyone, response: z.object({ ok: z.boolean() }) }, ({ response }) => {
  response.header('etag', '"1"')
  return { ok: true }
})
const write = route.put('/things/:id', { access: authenticated, body: z.object({ a: z.string() }) }, () => undefined)
const full = route.get('/full', { access: anyone }, () => {
  throw new TooManyRequests(undefined, { headers: { 'retry-after': '1' } })
})
const broken = route.get('/broken', { access: anyone }, () => {
  throw new Error('no')
})
const hangs = route.get(
  '/hangs',
  { access: anyone, timeoutMs: 20 },
  ({ signal }) =>
    new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
)
const varies = route.get('/varies', { access: anyone }, ({ response }) => response.header('vary', 'Accept-Language'))
const ownOptions = route.options('/own', { access: authenticated }, () => undefined)
const api = router('', { read, write, full, broken, hangs, varies, ownOptions })

const definition = (cors: CorsOptions | undefined, changes: Partial<AppDefinition> = {}): AppDefinition => ({
  title: 'T',
  version: '1',
  environment: 'test',
  auth: [bearer({ verify: (token) => (token === 'secret' ? { id: 'ada' } : undefined) })],
  ...(cors && { cors }),
  ...changes,
  api,
})

type Asked = Readonly<Record<string, string>>

type Ask = (cors: CorsOptions | undefined, line: string, headers: Asked, changes?: object) => Promise<Response>

/** Every case by both ways into an app. */
const WAYS: Readonly<Record<string, Ask>> = {
  'in process': async (cors, line, headers, changes) => {
    const [method = '', path = ''] = line.split(' ')
    const app = createApp(definition(cors, changes))
    return app.fetch(new Request(`http://localhost${path}`, { method, headers }))
  },
  'over a socket': async (cors, line, headers, changes) => {
    const [method = '', path = ''] = line.split(' ')
    await using t = await serving(api, definition(cors, changes))
    const answer = await fetch(`http://localhost:${t.port}${path}`, { method, headers })
    await answer.arrayBuffer()
    return answer
  },
}

const allowed = (answer: Response): (string | null)[] =>
  ['access-control-allow-origin', 'access-control-allow-credentials', 'vary'].map((name) => answer.headers.get(name))

describe.each(Object.entries(WAYS))('%s', (_, ask) => {
  test.each([
    [APP, true],
    ['https://a.example.org', true],
    ['https://a.b.example.org', true],
    ['http://localhost:5173', true],
    ['https://example.org', false],
    ['https://app.example.com.eve.test', false],
    ['https://evil-example.org', false],
    ['https://eve.test/.example.org', false],
    ['https://eve.test#.example.org', false],
    ['https://.example.org', false],
    ['http://a.example.org', false],
    ['https://a.example.org:8443', false],
    ['HTTPS://APP.EXAMPLE.COM', false],
    ['http://localhost:5174', false],
    ['null', false],
    ['', false],
  ])('a page of %j may read: %j', async (origin, may) => {
    const plain = await ask({ origins }, 'GET /things/1', { origin })
    expect(plain.status).toBe(200)
    expect(allowed(plain)).toEqual([may ? origin : null, null, 'origin'])
    const known = await ask({ origins, credentials: true }, 'GET /things/1', { origin })
    expect(allowed(known)).toEqual([may ? origin : null, may ? 'true' : null, 'origin'])
  })

  test('without an Origin, and without CORS', async () => {
    expect(allowed(await ask({ origins }, 'GET /things/1', {}))).toEqual([null, null, 'origin'])
    expect(allowed(await ask(undefined, 'GET /things/1', { origin: APP }))).toEqual([null, null, null])
  })

  test('any origin: one answer for all of them', async () => {
    for (const origin of [APP, 'null', 'https://eve.test'])
      expect(allowed(await ask({ origins: '*' }, 'GET /things/1', { origin }))).toEqual(['*', null, null])
  })

  test.each([
    ['PUT', '/things/1', 401],
    ['GET', '/nowhere', 404],
    ['DELETE', '/things/1', 405],
    ['GET', '/full', 429],
    ['GET', '/broken', 500],
    ['GET', '/hangs', 503],
  ])('failures can be read too: %s %s', async (method, path, status) => {
    const answer = await ask({ origins, credentials: true }, `${method} ${path}`, { origin: APP })
    expect(answer.status).toBe(status)
    expect(allowed(answer)).toEqual([APP, 'true', 'origin'])
    const exposed = answer.headers.get('access-control-expose-headers')?.split(', ')
    for (const name of [
      'retry-after',
      'ratelimit',
      'ratelimit-policy',
      'etag',
      'x-request-id',
      'link',
      'idempotency-replayed',
    ])
      expect(exposed).toContain(name)
  })

  test('what is refused before its head is read can be read too', async () => {
    const refused = await ask({ origins }, 'GET /things%2f1', { origin: APP })
    expect([refused.status, ...allowed(refused)]).toEqual([400, APP, null, 'origin'])
    expect(allowed(await ask({ origins }, 'GET /things%2f1', { origin: 'https://eve.test' }))[0]).toBe(null)
  })

  test('an answer that varies otherwise goes on doing so', async () => {
    expect((await ask({ origins }, 'GET /varies', { origin: APP })).headers.get('vary')).toBe('Accept-Language, origin')
  })

  const asks = (origin: string, method = 'PUT'): Asked => ({
    origin,
    'access-control-request-method': method,
    'access-control-request-headers': 'content-type,authorization',
  })

  test("a preflight gets the path's own methods without credentials, even of one that is guarded", async () => {
    const answer = await ask({ origins, maxAgeSeconds: 60, headers: ['X-Own'] }, 'OPTIONS /things/1', asks(APP))
    expect(answer.status).toBe(204)
    expect(allowed(answer)).toEqual([APP, null, 'origin'])
    expect(answer.headers.get('access-control-allow-methods')).toBe('GET, HEAD, OPTIONS, PUT')
    expect(answer.headers.get('access-control-allow-headers')?.split(', ')).toEqual(
      expect.arrayContaining(['authorization', 'content-type', 'idempotency-key', 'if-match', 'x-own']),
    )
    expect(answer.headers.get('access-control-max-age')).toBe('60')
    expect((await ask({ origins }, 'OPTIONS /own', asks(APP))).status).toBe(204)
  })

  test('it says no more than a 405 does, and nothing of a path that is not there', async () => {
    const preflight = await ask({ origins }, 'OPTIONS /things/1', asks(APP))
    const refused = await ask({ origins }, 'DELETE /things/1', {})
    expect(preflight.headers.get('access-control-allow-methods')).toBe(refused.headers.get('allow'))
    expect((await ask({ origins }, 'OPTIONS /nowhere', asks(APP))).status).toBe(404)
  })

  test.each([
    ['of another origin', asks('https://eve.test')],
    ['of no origin', { 'access-control-request-method': 'PUT' }],
    ['that asks for nothing', { origin: APP }],
  ])('an OPTIONS %s is one as any other, behind the guard', async (_, headers) => {
    const answer = await ask({ origins }, 'OPTIONS /own', headers)
    expect(answer.status).toBe(401)
    expect(answer.headers.get('access-control-allow-methods')).toBeNull()
  })

  test('what is mounted: files with their methods, an app with its own paths, or its own policy', async () => {
    const inner = createApp({ title: 'I', version: '1', environment: 'test', api: router('', { read }) })
    const mounts = [
      mount('/inner', inner),
      mount('/open', inner.with({ cors: { origins: '*' } })),
      mount('/files', { access: authenticated, files: import.meta.dirname }),
      mount('/other', { access: authenticated, fetch: () => new Response('other') }),
    ]
    const methods = async (path: string, origin = APP): Promise<unknown[]> => {
      const answer = await ask({ origins }, `OPTIONS ${path}`, asks(origin), { mounts })
      return ['access-control-allow-origin', 'access-control-allow-methods'].map((name) => answer.headers.get(name))
    }
    expect(await methods('/inner/things/1')).toEqual([APP, 'GET, HEAD, OPTIONS'])
    expect(await methods('/inner/nowhere')).toEqual([APP, null])
    expect(await methods('/files/x')).toEqual([APP, 'GET, HEAD, OPTIONS'])
    expect(await methods('/other/x')).toEqual([APP, 'PUT'])
    expect(await methods('/open/things/1', 'https://eve.test')).toEqual(['*', 'GET, HEAD, OPTIONS'])
    const answer = await ask({ origins }, 'GET /open/things/1', { origin: APP }, { mounts })
    expect(allowed(answer)).toEqual(['*', null, null])
    expect(allowed(await ask({ origins }, 'GET /inner/things/1', { origin: APP }, { mounts }))).toEqual([
      APP,
      null,
      'origin',
    ])
  })
})

test('a mounted listener starts from the headers as well', async () => {
  const mounts = [mount('/legacy', { access: anyone, listener: (_, response) => void response.end('legacy') })]
  await using t = await serving(api, definition({ origins, credentials: true }, { mounts }))
  expect(allowed(await fetch(`http://localhost:${t.port}/legacy`, { headers: { origin: APP } }))).toEqual([
    APP,
    'true',
    'origin',
  ])
})

describe('mistakes at start', () => {
  test.each<[CorsOptions, RegExp, Partial<AppDefinition>?]>([
    [{ origins: APP as never }, /cors: origins is a list, such as/],
    [{ origins: '*', credentials: true }, /cors: credentials with origins: '\*'/],
    [{ origins: [] }, /cors: The list of origins is empty/],
    [{ origins: ['app.example.com'] }, /"app.example.com" is not an origin/],
    [{ origins: ['https://app.example.com/'] }, /is not an origin/],
    [{ origins: ['https://app.example.com:443'] }, /is not an origin/],
    [{ origins: ['https://*.com'] }, /is not an origin/],
    [{ origins: ['https://*'] }, /is not an origin/],
    [{ origins: ['https://a.*.example.com'] }, /is not an origin/],
    [{ origins: ['null'] }, /"null" is not an origin/],
    [{ origins: ['*'] }, /is not an origin/],
    [{ origins: [APP], maxAgeSeconds: 1e9 }, /maxAgeSeconds/],
    [{ origins: [APP], headers: ['a b'] }, /"a b" is not a header name/],
    [
      { origins: ['http://app.example.com'], credentials: true },
      /use https, or leave out credentials/,
      { environment: 'production', allowedHosts: ['a'] },
    ],
  ])('%j', (cors, message, changes) => {
    expect(() => createApp(definition(cors, changes))).toThrow(message)
  })

  test('a page of this machine may call a production app with cookies', () => {
    const cors = { origins: ['http://localhost:5173', 'https://app.example.com'], credentials: true }
    expect(() => createApp(definition(cors, { environment: 'production', allowedHosts: ['a'] }))).not.toThrow()
  })
})
