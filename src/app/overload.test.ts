import { connect } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { anyone } from '../core/access/index.ts'
import { raw } from '../core/content.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import { createApp } from './create-app.ts'
import { mount } from './mount.ts'
import type { OverloadOptions } from './overload.ts'
import { get, serving } from './serving.fixture.ts'

function holding() {
  let waiting = 0
  const released = Promise.withResolvers<void>()
  const api = router('/x', {
    hold: route.get('/hold', { access: anyone }, async () => {
      waiting += 1
      await released.promise
    }),
    quick: route.get('/quick', { access: anyone }, () => undefined),
    stream: route.get(
      '/stream',
      { access: anyone, response: raw },
      () => new Response(new ReadableStream({ start: (to) => to.enqueue(new TextEncoder().encode('first')) })),
    ),
    post: route.post('/post', { access: anyone, body: z.object({ a: z.int() }) }, () => undefined),
  })
  return { api, release: () => released.resolve(), waiting: () => waiting }
}

test('more than it can work on at once is turned away, and told when to come back; health never', async () => {
  const { api, release, waiting } = holding()
  await using t = await serving(api, { logs: {}, overload: { maxConcurrent: 2, retryAfterSeconds: 7 } })
  const held = [t.send(get('/x/hold')), t.send(get('/x/hold'))]
  await expect.poll(waiting).toBe(2)
  const refused = await t.send(get('/x/quick'))
  expect(refused).toMatch(/^HTTP\/1.1 503[\s\S]*retry-after: 7\r\n/i)
  expect(refused).toMatch(/"code":"overloaded"/)
  // Not even a path that nothing answers is looked for.
  expect(await t.send(get('/nowhere'))).toMatch(/^HTTP\/1.1 503/)
  expect(await t.send(get('/healthz'))).toMatch(/^HTTP\/1.1 200/)
  expect(await t.send(get('/openapi.json?x=1'))).toMatch(/^HTTP\/1.1 503/)
  release()
  expect(await Promise.all(held)).toEqual([expect.stringMatching(/204/), expect.stringMatching(/204/)])
  expect(await t.send(get('/x/quick'))).toMatch(/^HTTP\/1.1 204/)
  // One line, however many were turned away: a line for each would cost more than to turn it away.
  expect(t.log.filter(({ message }) => message === 'request refused')).toEqual([])
  expect(t.log.filter(({ message }) => message?.startsWith('overloaded'))).toHaveLength(1)
})

test('a page that may call can read that it was turned away, and what else is answered before any head is read', async () => {
  const { api, release, waiting } = holding()
  const theirs = createApp({
    title: 'Theirs',
    version: '1',
    api: router('', {}),
    cors: { origins: ['https://theirs.example.com'] },
  })
  await using t = await serving(api, {
    overload: { maxConcurrent: 1 },
    cors: { origins: ['https://app.example.com'] },
    mounts: [mount('/theirs', theirs)],
  })
  const held = t.send(get('/x/hold'))
  await expect.poll(waiting).toBe(1)
  const ask = (line: string, origin: string, more = ''): Promise<string> =>
    t.send(`${line} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\norigin: ${origin}\r\n${more}\r\n`)
  const allows = (origin: string): RegExp => new RegExp(`access-control-allow-origin: ${origin}\r\n`, 'i')
  const app = 'https://app.example.com'
  const busy = await ask('GET /x/quick?a=1', app)
  expect(busy).toMatch(/^HTTP\/1.1 503/)
  expect(busy).toMatch(allows(app))
  expect(busy).toMatch(/access-control-expose-headers: .*retry-after/i)
  expect(await ask('GET /x/quick', 'https://evil.example.com')).not.toMatch(/allow-origin/i)
  expect(await ask('GET /theirs/x', 'https://theirs.example.com')).toMatch(allows('https://theirs.example.com'))
  expect(await ask('GET /theirs/x', app)).not.toMatch(/allow-origin/i)
  // A browser asks first, and would tell the page nothing of a 503.
  const asks = 'access-control-request-method: GET\r\n'
  expect(await ask('OPTIONS /x/quick', app, asks)).toMatch(/^HTTP\/1.1 204/)
  expect(await ask('OPTIONS /x/quick', 'https://evil.example.com', asks)).toMatch(/^HTTP\/1.1 503/)
  expect(await ask('OPTIONS /x/quick', app)).toMatch(/^HTTP\/1.1 503/)
  release()
  await held
  const refused = await ask('GET /x%2fquick', app)
  expect(refused).toMatch(/^HTTP\/1.1 400/)
  expect(refused).toMatch(allows(app))
})

test('a connection goes on after a request on it was turned away', async () => {
  const { api, release, waiting } = holding()
  await using t = await serving(api, { overload: { maxConcurrent: 1 } })
  const held = t.send(get('/x/hold'))
  await expect.poll(waiting).toBe(1)
  const body =
    'POST /x/post HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n{"a":1}'
  const two = t.send(body + get('/x/quick'))
  expect((await two).match(/HTTP\/1.1 503/g)).toHaveLength(2)
  release()
  await held
})

test('a body on its way and an answer being sent are no work', async () => {
  const { api } = holding()
  await using t = await serving(api, { overload: { maxConcurrent: 1 } })
  const slow = connect(t.port, '127.0.0.1')
  slow.write(
    'POST /x/post HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n{"a"',
  )
  await expect.poll(() => t.inFlight()).toBe(1)
  const streaming = connect(t.port, '127.0.0.1')
  streaming.write(get('/x/stream'))
  await once(streaming, 'data')
  expect(await t.send(get('/x/quick'))).toMatch(/^HTTP\/1.1 204/)
  slow.write(':1}')
  const [answer] = (await once(slow, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^HTTP\/1.1 204/)
  slow.destroy()
  streaming.destroy()
})

test('it can be switched off, and limits that are none are mistakes', async () => {
  const { api, release, waiting } = holding()
  await using t = await serving(api, { overload: false })
  const held = t.send(get('/x/hold'))
  await expect.poll(waiting).toBe(1)
  expect(await t.send(get('/x/quick'))).toMatch(/^HTTP\/1.1 204/)
  release()
  await held
  const made = (overload: OverloadOptions) => () => createApp({ title: 'T', version: '1', api, overload })
  expect(made({ maxConcurrent: 0 })).toThrow(/overload: maxConcurrent is a whole number from 1; it is 0/)
  expect(made({ maxEventLoopDelayMs: 0.5 })).toThrow(/maxEventLoopDelayMs/)
  const misspelt = { maxConcurent: 5 } as OverloadOptions
  expect(made(misspelt)).toThrow(/overload: maxConcurent is not one of its options: maxEventLoopDelayMs, /)
})
