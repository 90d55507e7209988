import type { IncomingMessage, ServerResponse } from 'node:http'
import { beforeEach, describe, expect, test } from 'vitest'
import { createApp, route, router, text } from 'ashlar'
import { anyone } from 'ashlar/access'
import { connect, type ConnectMiddleware } from 'ashlar/http'
import { keptLog, serving } from '../app/serving.fixture.ts'

const ran: string[] = []
beforeEach(() => void (ran.length = 0))

const api = router('', {
  read: route.get('/read', { access: anyone, response: text }, ({ response }) => {
    ran.push('handler')
    response.header('x-both', 'handler')
    response.cookie('own', '1')
    return 'read'
  }),
})

const ask = (middleware: ConnectMiddleware, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  createApp({
    title: 'T',
    version: '1',
    environment: 'test',
    logger: keptLog().logger,
    api,
    middleware: [connect(middleware)],
  }).fetch(new Request('http://localhost/read?a=1', { headers }))

describe('what calls next', () => {
  test('sets headers and cookies on the answer, in place of those of the same name', async () => {
    const answer = await ask((_, response, next) => {
      response.setHeader('X-Powered-By', 'stone')
      response.setHeader('x-both', ['a', 'b'])
      response.setHeader('set-cookie', ['one=1', 'two=2'])
      next()
    })
    expect([answer.status, await answer.text(), ran]).toEqual([200, 'read', ['handler']])
    expect([answer.headers.get('x-powered-by'), answer.headers.get('x-both')]).toEqual(['stone', 'a, b'])
    expect(answer.headers.getSetCookie().map((line) => line.split(';')[0])).toEqual(['own=1', 'one=1', 'two=2'])
  })

  test('sees the head of the request, as proxies and hosts were read already', async () => {
    let seen: unknown
    await ask(
      (request, _, next) => {
        const { method, url, headers, socket } = request
        seen = [method, url, headers.host, headers['x-own'], socket.remoteAddress, request.readableEnded]
        setImmediate(next)
      },
      { 'x-own': 'yes' },
    )
    expect(seen).toEqual(['GET', '/read?a=1', 'localhost', 'yes', '127.0.0.1', false])
  })

  test('and has read the body finds none', async () => {
    const parsed: unknown[] = []
    const reads = (request: IncomingMessage, _: ServerResponse, next: () => void): void => {
      request.on('data', (chunk: unknown) => parsed.push(chunk)).on('end', next)
    }
    expect((await ask(reads)).status).toBe(200)
    expect(parsed).toEqual([])
  })
})

describe('what answers by itself', () => {
  test.each<[string, ConnectMiddleware]>([
    ['at once', (_, response) => void response.writeHead(403, { 'content-type': 'text/plain', 'x-a': 'b' }).end('no')],
    [
      'in pieces',
      (_, response) => {
        response.statusCode = 403
        response.setHeader('content-type', 'text/plain')
        response.setHeader('x-a', 'b')
        response.write('n')
        setImmediate(() => response.end(Buffer.from('o')))
      },
    ],
    [
      'with a reason and flat headers',
      (_, response) => void response.writeHead(403, 'Forbidden', ['content-type', 'text/plain', 'x-a', 'b']).end('no'),
    ],
  ])('%s: the operation does not run', async (_, middleware) => {
    const answer = await ask(middleware)
    expect([answer.status, await answer.text(), answer.headers.get('x-a'), ran]).toEqual([403, 'no', 'b', []])
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  })
})

test.each<[string, ConnectMiddleware]>([
  ['passed to next', (_, _response, next) => next(new Error('no'))],
  ['that is no error', (_, _response, next) => next('no')],
  [
    'thrown',
    () => {
      throw new Error('no')
    },
  ],
  ['thrown later', () => Promise.reject(new Error('no'))],
])('a failure %s is answered as any other', async (_, middleware) => {
  const answer = await ask(middleware)
  expect([answer.status, ran]).toEqual([500, []])
  expect(await answer.json()).toMatchObject({ code: 'internal_error' })
})

test('it runs over a socket too, for an operation alone, and lines it writes cannot be split', async () => {
  const split = connect((_, response, next) => {
    response.setHeader('x-a', 'b')
    next()
  })
  const own = route.get('/own', { access: anyone, response: text, middleware: [split] }, () => 'own')
  await using t = await serving(router('', { own }))
  expect(await t.send('GET /own HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')).toMatch(
    /x-a: b\r\n[\s\S]*own$/,
  )
  const evil: ConnectMiddleware = (_, response, next) => {
    response.setHeader('x-a', 'b\r\nx-evil: 1')
    next()
  }
  expect((await ask(evil)).status).toBe(500)
})
