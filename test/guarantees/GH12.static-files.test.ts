// GH12: of a folder that is served, its files and nothing else: no spelling of a path, no link, no name with a dot in front leads out of it.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp, mount, route, router } from 'ashlar'
import { anyone, authenticated } from 'ashlar/access'
import { bearer } from 'ashlar/auth'
import { get, post, rawExchange } from './raw.ts'

const SECRET = 'top-secret-content'
const base = mkdtempSync(join(tmpdir(), 'ashlar-files-'))
const folder = join(base, 'public')
const BIG = Buffer.alloc(200_000, 'abcdefghij')

function write(path: string, content: string | Buffer): void {
  mkdirSync(join(base, path, '..'), { recursive: true })
  writeFileSync(join(base, path), content)
}

write('secret.txt', SECRET)
write('public-secret/secret.txt', SECRET)
write('outside/secret.txt', SECRET)
write('public/index.html', '<h1>front</h1>')
write('public/app.js', 'export {}')
write('public/sub/index.html', '<h1>sub</h1>')
write('public/empty/nothing.txt', '')
write('public/a b & ü.txt', 'named')
write('public/100%.txt', 'percent')
write('public/%2e%2e.txt', 'escaped')
write('public/big.bin', BIG)
write('public/.env', SECRET)
write('public/.git/config', SECRET)
write('public/sub/.htpasswd', SECRET)
write('public/.well-known/security.txt', 'contact')
write('public/sub/.well-known/secret', SECRET)
symlinkSync(join(base, 'secret.txt'), join(folder, 'link.txt'))
symlinkSync('../outside', join(folder, 'linked'))
symlinkSync('app.js', join(folder, 'inside.js'))
symlinkSync('.env', join(folder, 'env.txt'))
symlinkSync('loop', join(folder, 'loop'))
symlinkSync('../public-secret', join(folder, 'sibling'))
execFileSync('mkfifo', [join(folder, 'pipe')])

const seen: string[] = []
const app = createApp({
  title: 'Files',
  version: '1',
  environment: 'test',
  auth: [bearer({ verify: (token) => (token === 'token' ? { id: 'ada' } : undefined) })],
  middleware: [
    async (request, next) => {
      seen.push(request.path)
      const outcome = await next()
      outcome.headers.set('x-middleware', 'ran')
      return outcome
    },
  ],
  mounts: [
    mount('/files', { access: anyone, files: folder }),
    mount('/own', { access: authenticated, files: folder, download: true }),
  ],
  frontend: folder,
  api: router('/api', { write: route.post('/write', { access: anyone }, () => undefined) }),
})
let port = 0
beforeAll(async () => void ({ port } = await app.listen({ port: 0, host: '127.0.0.1' })))
afterAll(async () => {
  await app.stop()
  rmSync(base, { recursive: true })
})

const read = (target: string, headers = {}, method = 'GET') => rawExchange(port, get(target, headers, method))

/** Ways out, as the corpora of path traversal have them: each below the mount and below the front end. */
const WAYS_OUT = [
  '../secret.txt',
  '../../etc/passwd',
  'sub/../../secret.txt',
  './../secret.txt',
  '..%2fsecret.txt',
  '%2e%2e/secret.txt',
  '%2e%2e%2fsecret.txt',
  '%2E%2E%2Fsecret.txt',
  '.%2e/secret.txt',
  '%252e%252e/secret.txt',
  '%252e%252e%252fsecret.txt',
  '..%252fsecret.txt',
  '..\\secret.txt',
  '..%5csecret.txt',
  '%2e%2e%5csecret.txt',
  '..%c0%afsecret.txt',
  '%c0%ae%c0%ae/secret.txt',
  '..%e0%80%afsecret.txt',
  '..%u2215secret.txt',
  '..;/secret.txt',
  '..%00/secret.txt',
  '..%0d%0a/secret.txt',
  'app.js%00.html',
  'app.js%00',
  '%00',
  '/secret.txt',
  '//secret.txt',
  '/etc/passwd',
  '%2fetc%2fpasswd',
  'sub//index.html',
  'sub/./index.html',
  'sub/%2e/index.html',
  '.../secret.txt',
  '....//secret.txt',
  '..../secret.txt',
  'C:/secret.txt',
  'app.js::$DATA',
  'app.js:stream',
  'file:///etc/passwd',
  '~/secret.txt',
  'link.txt',
  'linked/secret.txt',
  'linked',
  'sibling/secret.txt',
  '../public-secret/secret.txt',
  'env.txt',
  'loop',
  'pipe',
  '.env',
  '%2eenv',
  '.git/config',
  '%2egit/config',
  'sub/.htpasswd',
  'sub/.well-known/secret',
  '.well-known/../.env',
  'app.js/',
  'app.js/x',
  'app.js%20',
  'app.js.',
  'APP.JS%2f',
  'x'.repeat(300),
  `${'a/'.repeat(500)}x`,
]

describe.each(['/files/', '/'])('below %s', (prefix) => {
  test.each(WAYS_OUT)('%s is nothing', async (path) => {
    const { statuses, text } = await read(prefix + path)
    expect([400, 404]).toContain(statuses[0])
    expect(text).not.toContain(SECRET)
    expect(text).not.toContain('root:')
    expect(text).not.toContain(base)
  })

  test.each([
    ['app.js', 'export {}', 'text/javascript; charset=utf-8'],
    ['inside.js', 'export {}', 'text/javascript; charset=utf-8'],
    ['%61pp.js', 'export {}', 'text/javascript; charset=utf-8'],
    ['a%20b%20&%20%C3%BC.txt', 'named', 'text/plain; charset=utf-8'],
    ['100%25.txt', 'percent', 'text/plain; charset=utf-8'],
    ['%252e%252e.txt', 'escaped', 'text/plain; charset=utf-8'],
    ['empty/nothing.txt', '', 'text/plain; charset=utf-8'],
    ['.well-known/security.txt', 'contact', 'text/plain; charset=utf-8'],
    ['', '<h1>front</h1>', 'text/html; charset=utf-8'],
    ['sub/', '<h1>sub</h1>', 'text/html; charset=utf-8'],
  ])('%j is a file', async (path, content, type) => {
    const { statuses, text, body } = await read(prefix + path)
    expect(statuses).toEqual([200])
    expect(body).toBe(content)
    expect(text).toMatch(new RegExp(`content-type: ${RegExp.escape(type)}\\r\\n`))
    expect(text).toMatch(/x-middleware: ran[\s\S]*x-content-type-options: nosniff|nosniff[\s\S]*x-middleware: ran/)
    expect(text).toMatch(/etag: W\/"[\s\S]*last-modified: |last-modified: [\s\S]*etag: W\/"/)
  })

  test('a folder with a page is gone to, one without is nothing', async () => {
    const { statuses, text } = await read(`${prefix}sub?x=1`)
    expect(statuses).toEqual([307])
    expect(text).toContain('location: ./sub/?x=1\r\n')
    for (const path of ['empty', 'empty/']) expect((await read(prefix + path)).statuses).toEqual([404])
  })

  test('one range is a part, a range beyond the end is 416, a list of ranges is not even read', async () => {
    const range = (value: string, more = {}) => read(`${prefix}big.bin`, { range: value, ...more })
    const part = await range('bytes=10-19')
    expect([part.statuses[0], part.body]).toEqual([206, 'abcdefghij'])
    expect(part.text).toContain('content-range: bytes 10-19/200000\r\n')
    expect((await range('bytes=-5')).body).toBe('fghij')
    expect((await range('bytes=199995-')).body).toBe('fghij')
    const beyond = await range('bytes=200000-')
    expect([beyond.statuses[0], beyond.text.includes('content-range: bytes */200000\r\n')]).toEqual([416, true])
    expect(beyond.body).toContain('range_not_satisfiable')
    const lists = [
      'bytes=0-0,2-2',
      `bytes=${Array.from({ length: 1_000 }, (_, i) => `${i * 2}-${i * 2}`).join(',')}`,
      `bytes=${'0-,'.repeat(1_000)}0-`,
    ]
    for (const list of [...lists, 'bytes=a-b', 'bytes=5-1-3', 'items=0-1', 'bytes=9999999999999999-']) {
      const whole = await range(list)
      expect(whole.statuses, list.slice(0, 20)).toEqual([200])
      expect(whole.body.length).toBe(BIG.length)
    }
  })

  test('what a client has is not sent again', async () => {
    const { text } = await read(`${prefix}app.js`)
    const [, etag = ''] = /etag: (.*)\r\n/.exec(text) ?? []
    const [, modified = ''] = /last-modified: (.*)\r\n/.exec(text) ?? []
    expect((await read(`${prefix}app.js`, { 'if-none-match': etag })).statuses).toEqual([304])
    expect((await read(`${prefix}app.js`, { 'if-modified-since': modified })).statuses).toEqual([304])
    expect(
      (await read(`${prefix}app.js`, { 'if-none-match': '"other"', 'if-modified-since': modified })).statuses,
    ).toEqual([200])
    expect((await read(`${prefix}app.js`, { 'if-match': '"other"' })).statuses).toEqual([412])
  })

  test('HEAD says what GET does; other methods change nothing', async () => {
    const { statuses, text, body } = await read(`${prefix}big.bin`, {}, 'HEAD')
    expect([statuses[0], body]).toEqual([200, ''])
    expect(text).toMatch(/content-length: 200000\r\n/)
    for (const method of ['PUT', 'DELETE', 'PATCH'])
      expect([404, 405]).toContain((await read(`${prefix}app.js`, {}, method)).statuses[0])
    expect([404, 405]).toContain((await rawExchange(port, post(`${prefix}app.js`, '{}'))).statuses[0])
  })
})

test('the access rule of a mount holds for all of it, and for its methods', async () => {
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST'])
    for (const path of ['app.js', 'none', '']) expect((await read(`/own/${path}`, {}, method)).statuses).toEqual([401])
  const known = await read('/own/a%20b%20&%20%C3%BC.txt', { authorization: 'Bearer token' })
  expect(known.body).toBe('named')
  expect(known.text).toContain(
    `content-disposition: attachment; filename="a b & _.txt"; filename*=UTF-8''a%20b%20%26%20%C3%BC.txt\r\n`,
  )
})

test('in process the same paths lead to the same files', async () => {
  const open = async (path: string): Promise<string> => (await app.fetch(new Request(`http://localhost${path}`))).text()
  expect(await open('/files/app.js')).toBe('export {}')
  for (const path of WAYS_OUT) {
    if (!URL.canParse(`http://localhost/files/${path}`)) continue
    expect(await open(`/files/${path}`)).not.toContain(SECRET)
  }
})

test('the middleware of the app has seen each of them, under the one spelling', () => {
  expect(seen.length).toBeGreaterThan(0)
  expect(seen.filter((path) => /\/\/|\\|%2f|\/\.\.?(?:\/|$)|%00/i.test(path))).toEqual([])
})
