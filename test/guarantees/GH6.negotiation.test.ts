import { expect, test } from 'vitest'
import { get, post, rawExchange } from './raw.ts'
import { serveSample } from './serve.ts'

const sample = serveSample()
const body = '{"name":"mug"}'

test.each<[string, string | Buffer, number, RegExp | undefined]>([
  [
    'no Content-Type',
    post('/things', body, { 'content-type': '' }).toString('latin1').replace('content-type: \r\n', ''),
    415,
    undefined,
  ],
  [
    'text/plain, which a foreign page can send',
    post('/things', body, { 'content-type': 'text/plain' }),
    415,
    undefined,
  ],
  [
    'a form where JSON is declared',
    post('/things', 'name=mug', { 'content-type': 'application/x-www-form-urlencoded' }),
    415,
    undefined,
  ],
  ['JSON where a form is declared', post('/form', body), 415, undefined],
  [
    'a charset other than UTF-8',
    post('/things', body, { 'content-type': 'application/json; charset=latin1' }),
    415,
    undefined,
  ],
  ['a Content-Type that is none', post('/things', body, { 'content-type': 'json' }), 415, undefined],
  [
    'two Content-Types',
    post('/things', body).toString('latin1').replace('content-type', 'content-type: text/plain\r\ncontent-type'),
    400,
    undefined,
  ],
  [
    'an unknown Content-Encoding',
    post('/things', body, { 'content-encoding': 'zip' }),
    415,
    /accept-encoding: gzip, deflate, br/i,
  ],
  ['two Content-Encodings', post('/things', body, { 'content-encoding': 'gzip, gzip' }), 415, undefined],
  [
    'an unknown Transfer-Encoding',
    get('/things', { 'transfer-encoding': 'gzip', 'content-type': 'application/json' }, 'POST'),
    501,
    undefined,
  ],
  ['a method the path does not answer', get('/things', {}, 'DELETE'), 405, /allow: OPTIONS, POST\r\n/i],
  ['a method of WebDAV', get('/things', {}, 'PROPFIND'), 405, /allow: OPTIONS, POST\r\n/i],
  ['an Accept that forbids JSON', get('/open', { accept: 'text/html' }), 406, undefined],
  [
    'an Accept that rules it out by weight',
    get('/open', { accept: 'application/json;q=0, text/html' }),
    406,
    undefined,
  ],
  ['an Accept that forbids HTML', get('/page', { accept: 'application/json' }), 406, undefined],
  ['an unknown path', get('/nowhere'), 404, undefined],
  ['an expectation that is not known', get('/open', { expect: 'tea' }), 417, undefined],
  ['application/json', post('/things', body), 201, undefined],
  [
    'application/vnd.thing+json',
    post('/things', body, { 'content-type': 'application/vnd.thing+json' }),
    201,
    undefined,
  ],
  ['an Accept with a wildcard', get('/open', { accept: 'text/html, */*;q=0.1' }), 200, undefined],
])('%s', async (_, request, status, header) => {
  const { statuses, text } = await rawExchange(sample.port, request)
  expect(statuses).toEqual([status])
  if (header !== undefined) expect(text).toMatch(header)
  if (status >= 400) expect(text).toMatch(/content-type: application\/problem\+json/i)
})

test('405 comes with the methods, and HEAD and OPTIONS by themselves', async () => {
  expect((await rawExchange(sample.port, get('/open', {}, 'OPTIONS'))).text).toMatch(
    /^HTTP\/1\.1 204 [\s\S]*allow: GET, HEAD, OPTIONS\r\n/i,
  )
  const head = await rawExchange(sample.port, get('/open', {}, 'HEAD'))
  expect(head.text).toMatch(/^HTTP\/1\.1 200 [\s\S]*content-length: 11\r\n/i)
  expect(head.body).toBe('')
})
