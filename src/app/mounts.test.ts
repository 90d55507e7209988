import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { anyone } from '../core/access/index.ts'
import { dependency } from '../core/dependency.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import { z } from 'zod'
import { createApp } from './create-app.ts'
import { kernelOf } from './internals.ts'
import { mount, type MountOptions } from './mount.ts'
import { get, keptLog, serving } from './serving.fixture.ts'

const none = router('', {})

test('a mounted listener sees the path whose guard has decided, whatever its spelling', async () => {
  const seen: string[] = []
  const listener = mount('/admin', {
    access: anyone,
    listener: (request, response) => {
      seen.push(request.url ?? '')
      response.end()
    },
  })
  await using served = await serving(none, { mounts: [listener] })
  for (const target of ['/%61dmin/sec%72et?x=1', 'http://localhost/admin/a%20b', '/admin', '/admin?y'])
    await served.send(get(target))
  expect(seen).toEqual(['/secret?x=1', '/a%20b', '/', '/?y'])
})

test('a mounted listener starts from the secure headers, which it can change, and gets no body announced as too large', async () => {
  const listener = mount('/old', {
    access: anyone,
    listener: (_, response) => {
      response.setHeader('x-frame-options', 'SAMEORIGIN')
      response.end('ok')
    },
  })
  await using served = await serving(none, { mounts: [listener] })
  const answer = await served.send(get('/old'))
  expect(answer).toMatch(/x-content-type-options: nosniff\r\n/i)
  expect(answer).toMatch(/x-frame-options: SAMEORIGIN\r\n/i)
  expect(await served.send(`POST /old HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2000000\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 413 /,
  )
})

test('a mounted listener that throws, or whose promise does, is a 500; in the middle of its answer the connection ends', async () => {
  const mounts = [
    mount('/now', {
      access: anyone,
      listener: () => {
        throw new Error('now')
      },
    }),
    mount('/later', { access: anyone, listener: async () => Promise.reject(new Error('later')) }),
    mount('/middle', {
      access: anyone,
      listener: (_, response) => {
        response.write('half')
        return Promise.reject(new Error('middle'))
      },
    }),
  ]
  await using served = await serving(none, { mounts })
  expect(await served.send(get('/now'))).toMatch(/^HTTP\/1\.1 500 /)
  expect(await served.send(get('/later'))).toMatch(/^HTTP\/1\.1 500 /)
  expect(await served.send(get('/middle'))).not.toMatch(/0\r\n\r\n$/)
  expect(served.log.map(({ error }) => (error as Error).message)).toEqual(['now', 'later', 'middle'])
  await expect.poll(() => served.inFlight()).toBe(0)
})

test('a mounted listener is told to go on by a client that waits for it, and takes the time it takes', async () => {
  const body: string[] = []
  const listener = mount('/in', {
    access: anyone,
    listener: (request, response) => {
      request.on('data', (chunk: Buffer) => body.push(chunk.toString()))
      request.on('end', () => {
        kernelOf(served.app).expire(performance.now() + 3_600_000)
        response.end('late but mine')
      })
    },
  })
  await using served = await serving(none, { mounts: [listener] })
  const answer = await new Promise<string>((resolve) => {
    const head =
      'POST /in HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n'
    const socket = connect(served.port, '127.0.0.1', () => socket.write(head))
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (/^HTTP\/1\.1 100 Continue\r\n\r\n$/.test(text)) socket.write('abc')
    })
    socket.on('close', () => resolve(text))
  })
  expect(answer).toMatch(/HTTP\/1\.1 200 OK[\s\S]*late but mine$/)
  expect(body).toEqual(['abc'])
})

test('a listener in a mounted app is reached over a socket too', async () => {
  const { logger } = keptLog()
  const inner = createApp({
    title: 'Inner',
    version: '1',
    environment: 'test',
    logger,
    api: none,
    mounts: [mount('/deep', { access: anyone, listener: (request, response) => void response.end(request.url) })],
  })
  await using served = await serving(none, { mounts: [mount('/inner', inner)] })
  expect(await served.send(get('/inner/deep/x?y'))).toMatch(/\r\n\r\n\/x\?y$/)
})

test('a mounted fetch handler gets the body decompressed, and no header that says otherwise', async () => {
  const seen: unknown[] = []
  const handler = mount('/fetch', {
    access: anyone,
    fetch: async (request) => {
      seen.push(request.url.slice(-4), await request.text())
      for (const name of ['content-encoding', 'content-length', 'connection', 'x-mine'])
        seen.push(request.headers.get(name))
      return new Response('ok')
    },
  })
  await using served = await serving(none, { mounts: [handler] })
  await fetch(`http://localhost:${served.port}/fetch/x?y`, {
    method: 'POST',
    body: gzipSync('hello'),
    headers: { 'content-encoding': 'gzip', 'x-mine': '1' },
  })
  expect(seen).toEqual(['/x?y', 'hello', null, null, null, '1'])
  expect(await served.send(get('/fetch/x').replace('GET', 'TRACE'))).toMatch(/^HTTP\/1\.1 501 /)
})

test('what ends a request ends it in the mounted app: the client goes, or the time is up', async () => {
  const events: string[] = []
  const tx = dependency(async function* () {
    try {
      yield 1
      events.push('commit')
    } catch {
      events.push('rollback')
    }
  })
  const hang = route.get('/hang', { access: anyone, uses: { tx }, response: z.string() }, ({ signal }) => {
    events.push('begin')
    return new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve('too late')))
  })
  const { lines, logger } = keptLog()
  const inner = createApp({ title: 'Inner', version: '1', environment: 'test', logger, api: router('', { hang }) })
  await using served = await serving(none, { mounts: [mount('/inner', inner)] })

  const late = served.send(get('/inner/hang'))
  await expect.poll(() => events).toEqual(['begin'])
  kernelOf(served.app).expire(performance.now() + 3_600_000)
  expect(await late).toMatch(/^HTTP\/1\.1 503 /)
  await expect.poll(() => events).toEqual(['begin', 'rollback'])

  const socket = connect(served.port, '127.0.0.1', () => socket.write(get('/inner/hang')))
  await expect.poll(() => events).toEqual(['begin', 'rollback', 'begin'])
  socket.destroy()
  await expect.poll(() => events).toEqual(['begin', 'rollback', 'begin', 'commit'])
  await expect.poll(() => [served.inFlight(), kernelOf(inner).inFlight.size]).toEqual([0, 0])
  expect(lines.map(({ level }) => level)).not.toContain('error')
})

test('an operation of a mounted app has its own time limit, shorter or longer than that of the app around it', async () => {
  const hangs = async ({ signal }: { readonly signal: AbortSignal }): Promise<void> => {
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  }
  const inner = createApp({
    title: 'Inner',
    version: '1',
    environment: 'test',
    logger: keptLog().logger,
    api: router('', {
      short: route.get('/short', { access: anyone, timeoutMs: 20 }, hangs),
      long: route.get(
        '/long',
        { access: anyone, timeoutMs: 60_000, response: z.string() },
        () => new Promise<string>((resolve) => setTimeout(resolve, 1_200, 'done')),
      ),
    }),
  })
  await using served = await serving(none, { mounts: [mount('/inner', inner)], limits: { handlerTimeoutMs: 100 } })
  expect(await served.send(get('/inner/long'))).toMatch(/^HTTP\/1.1 200[\s\S]*done/)
  await using patient = await serving(none, { mounts: [mount('/inner', inner)] })
  expect(await patient.send(get('/inner/short'))).toMatch(/^HTTP\/1.1 503[\s\S]*handler_timeout/)
  // Overdue ones are looked for as often as the shortest asks.
  expect(kernelOf(patient.app).settings.shortestTimeoutMs).toBe(20)
})

test('a mount that is given nothing to serve is a mistake at start', () => {
  const wrong = { access: anyone, handler: () => new Response() } as unknown as MountOptions
  expect(() => createApp({ title: 'T', version: '1', api: none, mounts: [mount('/x', wrong)] })).toThrow(
    /mount \/x: it is given an app, /,
  )
})
