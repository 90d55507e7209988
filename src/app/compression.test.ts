import { once } from 'node:events'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import {
  brotliDecompressSync,
  createBrotliDecompress,
  createGunzip,
  createZstdDecompress,
  gunzipSync,
  zstdDecompressSync,
} from 'node:zlib'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { bytes, createApp, html, mount, raw, reply, route, router, text, type AppDefinition } from 'ashlar'
import { anyone } from 'ashlar/access'
import { compress } from 'ashlar/http'
import { keptLog, serving } from './serving.fixture.ts'

const LONG = 'the same again and again; '.repeat(100)
const HUGE = LONG.repeat(40)

const streamOf = (...chunks: readonly string[]): ReadableStream =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk))
      controller.close()
    },
  })

const api = router('', {
  json: route.get('/json', { access: anyone, response: z.object({ text: z.string() }) }, () => ({ text: LONG })),
  huge: route.get('/huge', { access: anyone, response: text }, () => HUGE),
  small: route.get('/small', { access: anyone, response: text }, () => 'x'.repeat(1_023)),
  page: route.get('/page', { access: anyone, response: html }, () => LONG),
  tagged: route.get('/tagged', { access: anyone, response: text }, ({ response }) => {
    response.header('etag', '"7"')
    return LONG
  }),
  weak: route.get('/weak', { access: anyone, response: text }, ({ response }) => {
    response.header('etag', 'W/"7"')
    return LONG
  }),
  known: route.get('/known', { access: anyone, response: { 200: text, 304: text } }, () =>
    reply(304, '', { etag: '"7"' }),
  ),
  stream: route.get(
    '/stream',
    { access: anyone, response: raw },
    () => new Response(streamOf(LONG, 'end'), { headers: { 'content-type': 'text/plain' } }),
  ),
  short: route.get(
    '/short',
    { access: anyone, response: raw },
    () => new Response(streamOf(LONG), { headers: { 'content-type': 'text/plain', 'content-length': '1024000' } }),
  ),
  events: route.get(
    '/events',
    { access: anyone, response: raw },
    () => new Response(streamOf(LONG), { headers: { 'content-type': 'text/event-stream' } }),
  ),
  encoded: route.get(
    '/encoded',
    { access: anyone, response: raw },
    () => new Response(LONG, { headers: { 'content-type': 'text/plain', 'content-encoding': 'x-own' } }),
  ),
  picture: route.get('/picture', { access: anyone, response: bytes('image/png') }, () => Buffer.from(LONG)),
  svg: route.get('/svg', { access: anyone, response: bytes('image/svg+xml') }, () => Buffer.from(LONG)),
  cookie: route.get('/cookie', { access: anyone, response: text }, ({ response }) => {
    response.cookie('a', 'b')
    return LONG
  }),
  secret: route.get('/secret', { access: anyone, response: text }, ({ response }) => {
    response.header('cache-control', 'private, no-store')
    return LONG
  }),
  fixed: route.get('/fixed', { access: anyone, response: text }, ({ response }) => {
    response.header('cache-control', 'no-transform, max-age=5')
    return LONG
  }),
  never: route.get('/never', { access: anyone, response: text, middleware: [compress(false)] }, () => LONG),
  always: route.get('/always', { access: anyone, response: text, middleware: [compress(true)] }, ({ response }) => {
    response.header('cache-control', 'no-store')
    return LONG
  }),
  part: route.get(
    '/part',
    { access: anyone, response: raw },
    () =>
      new Response(LONG, { status: 206, headers: { 'content-type': 'text/plain', 'content-range': 'bytes 0-9/10' } }),
  ),
  varies: route.get('/varies', { access: anyone, response: text }, ({ response }) => {
    response.header('vary', 'accept-language')
    return LONG
  }),
  failing: route.get('/failing', { access: anyone, response: raw }, () => {
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode(LONG)),
      pull: () => Promise.reject(new Error('no more')),
    })
    return new Response(body, { headers: { 'content-type': 'text/plain' } })
  }),
})

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

type Ask = (
  path: string,
  headers?: Readonly<Record<string, string>>,
  more?: { method?: string; changes?: Partial<AppDefinition> },
) => Promise<Answer>

const definition = (changes: Partial<AppDefinition> = {}): AppDefinition => ({
  title: 'T',
  version: '1',
  environment: 'test',
  logger: keptLog().logger,
  ...changes,
  api,
})

/** Bytes as they come, which `fetch` over a socket would decompress. */
const WAYS: Readonly<Record<string, Ask>> = {
  'in process': async (path, headers = {}, { method = 'GET', changes } = {}) => {
    const answer = await createApp(definition(changes)).fetch(
      new Request(`http://localhost${path}`, { method, headers }),
    )
    const { status } = answer
    return { status, headers: Object.fromEntries(answer.headers), body: Buffer.from(await answer.arrayBuffer()) }
  },
  'over a socket': async (path, headers = {}, { method = 'GET', changes } = {}) => {
    await using t = await serving(api, definition(changes))
    return await new Promise<Answer>((resolve, reject) => {
      const sent = httpRequest(
        { port: t.port, host: '127.0.0.1', path, method, headers: { host: 'localhost', ...headers } },
        (answer) => {
          const chunks: Buffer[] = []
          answer.on('data', (chunk: Buffer) => chunks.push(chunk))
          answer.on('error', reject)
          answer.on('end', () =>
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
          )
        },
      )
      sent.on('error', reject).end()
    })
  },
}

const DECODERS: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: (body) => gunzipSync(body),
  br: (body) => brotliDecompressSync(body),
  zstd: (body) => zstdDecompressSync(body),
}

const plain = (coding: string | undefined, body: Buffer): string => {
  if (coding === undefined) return body.toString()
  return DECODERS[coding]!(body).toString()
}

const ALL = { 'accept-encoding': 'gzip, deflate, br, zstd' }

describe.each(Object.entries(WAYS))('%s', (_, ask) => {
  test.each([
    ['gzip', 'gzip'],
    ['br', 'br'],
    ['zstd', 'zstd'],
    ['gzip, deflate, br, zstd', 'zstd'],
    ['gzip, deflate, br', 'br'],
    ['*', 'zstd'],
    ['gzip;q=1, br;q=0.5', 'gzip'],
    ['zstd;q=0, *;q=0.3', 'br'],
    ['GZIP', 'gzip'],
    ['gzip;q=0', undefined],
    ['identity', undefined],
    ['identity, gzip;q=0.5', undefined],
    ['deflate', undefined],
    ['', undefined],
    ['identity;q=0, *;q=0', undefined],
    ['nonsense; ;;', undefined],
  ])('Accept-Encoding: %s gets %s', async (accepted, coding) => {
    for (const path of ['/json', '/huge', '/page', '/svg', '/stream']) {
      const { status, headers, body } = await ask(path, { 'accept-encoding': accepted })
      expect([status, headers['content-encoding'], headers.vary], path).toEqual([200, coding, 'accept-encoding'])
      const text = plain(coding, body)
      expect(text.includes(LONG), path).toBe(true)
      if (coding !== undefined) expect(body.byteLength).toBeLessThan(text.length / 4)
      if (path !== '/stream')
        expect(headers['content-length']).toBe(coding === undefined ? String(body.byteLength) : String(body.byteLength))
    }
  })

  test('without Accept-Encoding the answer is as it is, and says that it could be another', async () => {
    const { headers, body } = await ask('/json')
    expect([headers['content-encoding'], headers.vary, body.toString()]).toEqual([
      undefined,
      'accept-encoding',
      JSON.stringify({ text: LONG }),
    ])
  })

  test.each([
    ['small', '/small'],
    ['compressed in itself', '/picture'],
    ['an event stream', '/events'],
    ['in another coding already', '/encoded'],
    ['sets a cookie', '/cookie'],
    ['must not be stored', '/secret'],
    ['must not be transformed', '/fixed'],
    ['a part', '/part'],
    ['of an operation that says so', '/never'],
  ])('not what is %s', async (_, path) => {
    const { headers } = await ask(path, ALL)
    expect([undefined, 'x-own']).toContain(headers['content-encoding'])
    expect(headers.vary).toBeUndefined()
  })

  test('what says that it has no secret is compressed all the same', async () => {
    expect((await ask('/always', ALL)).headers['content-encoding']).toBe('zstd')
  })

  test('what varies otherwise goes on doing so', async () => {
    expect((await ask('/varies', ALL)).headers.vary).toBe('accept-language, accept-encoding')
  })

  test('an entity tag names the coding, and is known with and without it', async () => {
    const { headers } = await ask('/tagged', { 'accept-encoding': 'br' })
    expect(headers.etag).toBe('"7;br"')
    expect((await ask('/tagged')).headers.etag).toBe('"7"')
    for (const known of ['"7;br"', '"7"', 'W/"7"', '"7;gzip"', '"1", "7;br"']) {
      const again = await ask('/tagged', { 'accept-encoding': 'br', 'if-none-match': known })
      expect([again.status, again.headers.etag, again.headers['content-encoding'], again.headers.vary], known).toEqual([
        304,
        '"7;br"',
        undefined,
        'accept-encoding',
      ])
      expect(again.body.byteLength).toBe(0)
      expect((await ask('/tagged', { 'if-none-match': known })).status).toBe(304)
    }
    expect((await ask('/tagged', { 'accept-encoding': 'br', 'if-none-match': '"8"' })).status).toBe(200)
    expect((await ask('/weak', { 'accept-encoding': 'br' })).headers.etag).toBe('W/"7"')
    expect((await ask('/weak', { 'accept-encoding': 'br', 'if-none-match': 'W/"7"' })).status).toBe(304)
  })

  test('a 304 that an operation gives by itself names what the client has', async () => {
    const { status, headers } = await ask('/known', { 'accept-encoding': 'br', 'if-none-match': '"7;br"' })
    expect([status, headers.etag, headers.vary]).toEqual([304, '"7;br"', 'accept-encoding'])
    expect((await ask('/known', { 'if-none-match': '"7"' })).headers.etag).toBe('"7"')
  })

  test('HEAD says what GET does', async () => {
    for (const path of ['/json', '/tagged', '/stream']) {
      const head = await ask(path, ALL, { method: 'HEAD' })
      const get = await ask(path, ALL)
      for (const name of ['content-encoding', 'vary', 'etag', 'content-type'])
        expect(head.headers[name], `${path} ${name}`).toBe(get.headers[name])
      expect([undefined, get.headers['content-length']]).toContain(head.headers['content-length'])
      expect(head.body.byteLength).toBe(0)
    }
  })

  test('off, from another size on, and with other codings', async () => {
    expect((await ask('/json', ALL, { changes: { compression: false } })).headers['content-encoding']).toBeUndefined()
    expect(
      (await ask('/small', ALL, { changes: { compression: { minBytes: 100 } } })).headers['content-encoding'],
    ).toBe('zstd')
    expect(
      (await ask('/json', ALL, { changes: { compression: { codings: ['gzip'] } } })).headers['content-encoding'],
    ).toBe('gzip')
  })

  test('a mounted app is compressed once, by the one around it, unless it does not want to be', async () => {
    const inner = createApp(definition())
    const mounts = [mount('/in', inner), mount('/plain', inner.with({ compression: false }))]
    const { headers, body } = await ask('/in/json', ALL, { changes: { mounts } })
    expect(headers['content-encoding']).toBe('zstd')
    expect(plain('zstd', body)).toBe(JSON.stringify({ text: LONG }))
    expect((await ask('/plain/json', ALL, { changes: { mounts } })).headers['content-encoding']).toBeUndefined()
  })

  test('a stream that has not the length it says, or fails, is no answer', async () => {
    await expect(ask('/short', ALL)).rejects.toThrow()
    await expect(ask('/failing', ALL)).rejects.toThrow()
  })
})

test('each chunk of a stream can be read when it is sent', async () => {
  for (const [coding, reading] of Object.entries({
    gzip: createGunzip,
    br: createBrotliDecompress,
    zstd: createZstdDecompress,
  })) {
    const sent = Promise.withResolvers<void>()
    const live = route.get('/', { access: anyone, response: raw }, () => {
      const body = new ReadableStream({
        async start(controller) {
          controller.enqueue(new TextEncoder().encode('first'))
          await sent.promise
          controller.close()
        },
      })
      return new Response(body, { headers: { 'content-type': 'application/jsonl' } })
    })
    const app = createApp({ ...definition(), api: router('/live', { live }) })
    const answer = await app.fetch(new Request('http://localhost/live', { headers: { 'accept-encoding': coding } }))
    // The type of Node's streams, which the global one does not know it is.
    const read = Readable.fromWeb(answer.body as NodeReadableStream).pipe(reading())
    const [chunk] = (await once(read, 'data')) as [Buffer]
    expect(chunk.toString()).toBe('first')
    sent.resolve()
    await once(read.resume(), 'end')
  }
})

test('a client that goes ends the stream behind', async () => {
  const cancelled = Promise.withResolvers<void>()
  const endless = route.get('/', { access: anyone, response: raw }, () => {
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(crypto.getRandomValues(new Uint8Array(10_000))),
      cancel: () => cancelled.resolve(),
    })
    return new Response(body, { headers: { 'content-type': 'text/plain' } })
  })
  const app = createApp({ ...definition(), api: router('/endless', { endless }) })
  const answer = await app.fetch(new Request('http://localhost/endless', { headers: ALL }))
  await answer.body!.cancel()
  await cancelled.promise
})

test.each([
  [{ minBytes: -1 }, /compression: minBytes must be a whole number/],
  [{ codings: [] }, /compression: codings must be some of/],
  [{ codings: ['deflate' as 'gzip'] }, /compression: codings must be some of/],
])('%j is a mistake at start', (compression, message) => {
  expect(() => createApp(definition({ compression }))).toThrow(message)
})
