import { beforeEach, describe, expect, test } from 'vitest'
import { mount } from 'ashlar'
import { authenticated } from 'ashlar/access'
import { bearer } from 'ashlar/auth'
import { get, post, rawExchange } from './raw.ts'
import { TOKEN } from './sample.ts'
import { serveSample } from './serve.ts'

const auth = [bearer({ verify: (token) => (token === TOKEN ? { id: 'ada' } : undefined) })]
const reached: string[] = []
const sample = serveSample({
  auth,
  mounts: [
    mount('/mounted', {
      access: authenticated,
      fetch: ({ method }) => {
        reached.push(method)
        return new Response('in')
      },
    }),
  ],
})
const known = { authorization: `Bearer ${TOKEN}` }

beforeEach(() => {
  sample.trace.ran.length = 0
  reached.length = 0
})

describe.each(['GET', 'HEAD', 'OPTIONS'])('%s', (method) => {
  test.each([
    ['an operation with GET', '/secret/1'],
    ['an operation for a role', '/admin'],
    ['a mounted handler', '/mounted/x'],
  ])('of a stranger is 401 at %s', async (_, path) => {
    const { statuses, text } = await rawExchange(sample.port, get(path, {}, method))
    expect(statuses).toEqual([401])
    expect(text).toMatch(/www-authenticate: Bearer/i)
    expect(sample.trace.ran).toEqual([])
    expect(reached).toEqual([])
  })

  test('with invalid credentials is 401', async () => {
    const { statuses } = await rawExchange(sample.port, get('/secret/1', { authorization: 'Bearer no' }, method))
    expect(statuses).toEqual([401])
    expect(sample.trace.ran).toEqual(['guard'])
  })

  test('of a caller without the role is 403', async () => {
    expect((await rawExchange(sample.port, get('/admin', known, method))).statuses).toEqual([403])
    expect(sample.trace.ran).toEqual(['guard'])
  })
})

test('OPTIONS of a path that has only guarded writes is 401 for a stranger', async () => {
  expect((await rawExchange(sample.port, get('/locked', {}, 'OPTIONS'))).statuses).toEqual([401])
})

test('OPTIONS runs the guard and nothing else', async () => {
  const { statuses, text } = await rawExchange(sample.port, get('/secret/1', known, 'OPTIONS'))
  expect(statuses).toEqual([204])
  expect(text).toMatch(/allow: GET, HEAD, OPTIONS\r\n/i)
  expect(sample.trace.ran).toEqual(['guard'])
})

test('HEAD runs guard and handler as GET does, and sends the same head without a body', async () => {
  const asked = await rawExchange(sample.port, get('/secret/1', known, 'HEAD'))
  expect(sample.trace.ran).toEqual(['guard', 'secret'])
  const read = await rawExchange(sample.port, get('/secret/1', known))
  expect(asked.body).toBe('')
  expect(withoutChanging(asked.text)).toBe(withoutChanging(read.text.slice(0, read.text.indexOf('\r\n\r\n') + 4)))
})

test('a 401 to HEAD has no body', async () => {
  expect((await rawExchange(sample.port, get('/secret/1', {}, 'HEAD'))).body).toBe('')
})

test.each([
  ['the header X-HTTP-Method-Override', '/things', { 'x-http-method-override': 'POST' }],
  ['the header X-HTTP-Method', '/things', { 'x-http-method': 'POST' }],
  ['the header X-Method-Override', '/things', { 'x-method-override': 'POST' }],
  ['the query _method', '/things?_method=POST', {}],
])('%s does not make a GET a POST', async (_, path, headers) => {
  expect((await rawExchange(sample.port, get(path, headers))).statuses).toEqual([405])
  expect(sample.trace.ran).toEqual([])
})

test.each([
  ['a header', post('/things', '{"name":"mug"}', { 'x-http-method-override': 'DELETE' })],
  ['the query', post('/things?_method=DELETE', '{"name":"mug"}')],
])('%s that names another method changes nothing about a POST', async (_, request) => {
  expect((await rawExchange(sample.port, request)).statuses).toEqual([201])
  expect(sample.trace.ran[0]).toBe('create')
})

test.each(['TRACE', 'get', 'PROPFIND'])('%s is not answered by GET', async (method) => {
  const { statuses } = await rawExchange(sample.port, get('/open', {}, method))
  expect(statuses).toHaveLength(1)
  expect(statuses[0]).toBeGreaterThanOrEqual(400)
  expect(sample.trace.ran).toEqual([])
})

function withoutChanging(head: string): string {
  return head.replace(/^(?:x-request-id|date): .*\r\n/gim, '')
}
