import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createApp, html, mount, raw, route, router, text, type AppDefinition } from 'ashlar'
import { anyone, authenticated } from 'ashlar/access'
import { bearer } from 'ashlar/auth'
import { FILE_HEADERS, PAGE_HEADERS, SECURITY_HEADERS } from 'ashlar/http'
import { keptLog, serving } from './serving.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'ashlar-headers-'))
writeFileSync(join(folder, 'index.html'), '<h1>front</h1>')
afterAll(() => rmSync(folder, { recursive: true }))

const api = router('/api', {
  json: route.get('/json', { access: anyone, response: z.object({ ok: z.boolean() }) }, () => ({ ok: true })),
  tagged: route.get('/tagged', { access: anyone, response: text }, ({ response }) => {
    response.header('etag', '"1"')
    return 'text'
  }),
  page: route.get('/page', { access: anyone, response: html }, () => '<p>page</p>'),
  nothing: route.delete('/nothing', { access: anyone }, () => undefined),
  stream: route.get('/stream', { access: anyone, response: raw }, () => new Response(new Blob(['a stream']).stream())),
  redirect: route.get('/redirect', { access: anyone, response: raw }, () => Response.redirect('http://localhost/')),
  guarded: route.get('/guarded', { access: authenticated }, () => undefined),
  broken: route.get('/broken', { access: anyone }, () => {
    throw new Error('no')
  }),
  slow: route.get(
    '/slow',
    { access: anyone, timeoutMs: 20 },
    ({ signal }) =>
      new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  ),
})

const definition: AppDefinition = {
  title: 'T',
  version: '1',
  environment: 'production',
  logger: keptLog().logger,
  allowedHosts: ['localhost'],
  trustedProxies: ['loopback'],
  docs: true,
  cors: { origins: ['https://app.example.com'] },
  auth: [bearer({ verify: () => undefined })],
  frontend: folder,
  mounts: [
    mount('/fetch', { access: anyone, fetch: () => new Response('mounted') }),
    mount('/listener', { access: anyone, listener: (_, response) => void response.end('mounted') }),
    mount('/files', { access: anyone, files: folder }),
  ],
  api,
}

type Kind = readonly [kind: string, line: string, status: number, headers?: string]

const KINDS = (
  [
    ['JSON', 'GET /api/json', 200],
    ['HEAD', 'HEAD /api/json', 200],
    ['OPTIONS', 'OPTIONS /api/json', 204],
    [
      'a preflight',
      'OPTIONS /api/json',
      204,
      'origin: https://app.example.com\r\naccess-control-request-method: GET\r\n',
    ],
    ['nothing', 'DELETE /api/nothing', 204],
    ['what is known', 'GET /api/tagged', 304, 'if-none-match: "1"\r\n'],
    ['a page', 'GET /api/page', 200],
    ['a stream', 'GET /api/stream', 200],
    ['a redirect', 'GET /api/redirect', 302],
    ['the redirect of a slash', 'GET /api/json/', 307],
    ['401', 'GET /api/guarded', 401],
    ['404', 'GET /api/nowhere', 404],
    ['405', 'DELETE /api/json', 405],
    ['500', 'GET /api/broken', 500],
    ['503', 'GET /api/slow', 503],
    ['the document', 'GET /openapi.json', 200],
    ['a mounted handler', 'GET /fetch', 200],
    ['a mounted listener', 'GET /listener', 200],
    ['a file', 'GET /files/index.html', 200],
    ['a missing file', 'GET /files/none', 404],
    ['the front end', 'GET /', 200],
  ] as readonly Kind[]
).map(([kind, line, status, headers = '']) => [kind, line, status, headers] as const)

/** Where a kind of answer says otherwise, as it must to work. */
function expectedOf(line: string): Record<string, string> {
  const isFile = line === 'GET /' || line === 'GET /files/index.html'
  const isPage = isFile || line === 'GET /api/page'
  return { ...SECURITY_HEADERS, ...(isFile && FILE_HEADERS), ...(isPage && PAGE_HEADERS) }
}

const NAMES = [...new Set([...Object.keys(SECURITY_HEADERS), ...Object.keys(PAGE_HEADERS)])]

function headersOf(answer: string): Record<string, string> {
  const head = answer.slice(0, answer.indexOf('\r\n\r\n')).split('\r\n').slice(1)
  return Object.fromEntries(
    head.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  )
}

const only = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(NAMES.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])))

test.each(KINDS)('%s says what is secure, and over https that it is to stay so', async (_, line, status, more) => {
  await using t = await serving(api, definition)
  const ask = (protocol: string): Promise<string> =>
    t.send(`${line} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nx-forwarded-proto: ${protocol}\r\n${more}\r\n`)
  const secure = await ask('https')
  expect(secure).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(only(headersOf(secure))).toEqual(expectedOf(line))
  expect(headersOf(secure)['strict-transport-security']).toBe('max-age=63072000; includeSubDomains')
  const plain = headersOf(await ask('http'))
  expect(only(plain)).toEqual(expectedOf(line))
  expect(plain['strict-transport-security']).toBeUndefined()
})

test.each(KINDS.filter(([kind]) => kind !== 'a mounted listener'))(
  '%s does in process',
  async (_, line, status, more) => {
    const [method = '', path = ''] = line.split(' ')
    const headers = new Headers(
      more
        .split('\r\n')
        .filter((each) => each !== '')
        .map((each) => each.split(': ') as [string, string]),
    )
    const answer = await createApp(definition).fetch(new Request(`https://localhost${path}`, { method, headers }))
    expect(answer.status).toBe(status)
    expect(only(Object.fromEntries(answer.headers))).toEqual(expectedOf(line))
    expect(answer.headers.get('strict-transport-security')).toBe('max-age=63072000; includeSubDomains')
  },
)

test('a request that is none is answered with them too', async () => {
  await using t = await serving(api, definition)
  expect(only(headersOf(await t.send('GET / HTTP/1.1\r\nhost: localhost\r\nhost: b\r\n\r\n')))).toEqual(
    SECURITY_HEADERS,
  )
})

test('each docs page has a nonce of its own, and lets nothing else run', async () => {
  const app = createApp(definition)
  const nonces = await Promise.all(
    [1, 2].map(async () => {
      const page = await app.fetch(new Request('https://localhost/docs'))
      const policy = page.headers.get('content-security-policy') ?? ''
      const nonce = /script-src 'nonce-([\w+/]{22}==)';/.exec(policy)?.[1]
      expect(policy).not.toMatch(/unsafe|script-src[^;]*self/)
      expect((await page.text()).match(/<script[^>]*>/g)).toEqual([
        `<script nonce="${nonce}" src="/docs/swagger-ui-bundle.js">`,
        `<script nonce="${nonce}" src="/docs/init.js">`,
      ])
      return nonce
    }),
  )
  expect(nonces[0]).not.toBe(nonces[1])
})

test('the app changes what it must: everywhere, on files alone, and on pages', async () => {
  const own = {
    'Content-Security-Policy': "default-src 'self'",
    'permissions-policy': false,
    'x-frame-options': false,
  } as const
  const files = mount('/own', { access: anyone, files: folder, headers: { 'Referrer-Policy': 'no-referrer' } })
  const app = createApp({ ...definition, securityHeaders: own, mounts: [files] })
  const of = async (path: string): Promise<(string | null)[]> => {
    const { headers } = await app.fetch(new Request(`https://localhost${path}`))
    return ['content-security-policy', 'permissions-policy', 'x-frame-options', 'referrer-policy'].map((name) =>
      headers.get(name),
    )
  }
  expect(await of('/api/json')).toEqual(["default-src 'self'", null, null, 'no-referrer'])
  expect(await of('/')).toEqual(["default-src 'self'", null, null, 'same-origin'])
  expect(await of('/own/index.html')).toEqual(["default-src 'self'", null, null, 'no-referrer'])
})
