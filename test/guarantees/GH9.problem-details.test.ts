import { describe, expect, test } from 'vitest'
import { get, post, rawExchange } from './raw.ts'
import { serveSample } from './serve.ts'

const ALLOWED = ['type', 'title', 'status', 'detail', 'instance', 'code', 'requestId', 'data', 'errors']
const LEAKS = /hidden_table|secret_column|\/srv|\.ts:|node_modules|at .+\(|Error:/

const requests: [string, string | Buffer, number, string][] = [
  ['a handler', get('/fail/handler'), 500, 'internal_error'],
  ['a dependency', get('/fail/dependency'), 500, 'internal_error'],
  ['a cleanup', get('/fail/cleanup'), 500, 'internal_error'],
  ['a response', get('/fail/response'), 500, 'internal_error'],
  ['something thrown that is no error', get('/fail/thrown'), 500, 'internal_error'],
  ['a declared error', get('/fail/known'), 409, 'out_of_stock'],
  ['a missing thing', get('/missing'), 404, 'not_found'],
  ['an unknown path', get('/nowhere'), 404, 'not_found'],
  ['a wrong method', get('/open', {}, 'DELETE'), 405, 'method_not_allowed'],
  ['validation', post('/things', '{}'), 422, 'validation_failed'],
  ['JSON', post('/things', '{'), 400, 'json_invalid'],
  ['a stranger', get('/secret/1'), 401, 'unauthenticated'],
  ['the head', get('/open', { host: '@' }), 400, 'bad_request'],
  ['the parser of Node', 'GET /open HTTP/1.1\r\nbad header\r\n\r\n', 400, 'bad_request'],
]

describe.each([['test'], ['production']] as const)('in %s', (environment) => {
  const sample = serveSample({
    environment,
    allowedHosts: ['localhost'],
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  })

  test.each(requests)(
    'an error of %s is one consistent body and tells nothing else',
    async (_, request, status, code) => {
      const { statuses, text, body } = await rawExchange(sample.port, request)
      expect(statuses).toEqual([status])
      expect(text).toMatch(/content-type: application\/problem\+json/i)
      const problem = JSON.parse(body) as Record<string, unknown>
      expect(problem).toMatchObject({ status, code })
      expect(Object.keys(problem).filter((key) => !ALLOWED.includes(key))).toEqual([])
      expect(text).not.toMatch(LEAKS)
    },
  )
})

describe('the body', () => {
  const sample = serveSample()

  test('names the request, which the x-request-id header names too', async () => {
    const { text, body } = await rawExchange(sample.port, get('/fail/known'))
    const problem = JSON.parse(body) as Record<string, unknown>
    expect(problem).toEqual({
      type: 'urn:problem-type:out_of_stock',
      title: 'Out of stock',
      status: 409,
      detail: 'Only 2 left.',
      instance: '/fail/known',
      code: 'out_of_stock',
      requestId: /x-request-id: (\S+)/i.exec(text)?.[1],
      data: { left: 2 },
    })
  })

  test('a stream that fails half-way ends the connection, so that it cannot look whole', async () => {
    const { text } = await rawExchange(sample.port, get('/fail/stream'))
    expect(text).toContain('begun')
    expect(text).not.toMatch(/0\r\n\r\n$|hidden_table/)
  })
})
