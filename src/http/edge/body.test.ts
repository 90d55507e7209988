import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bodyOf, receiveAll, startRawServer, statusesOf, type RawServer } from './raw-server.fixture.ts'

const LIMIT = 1_000
let server: RawServer
beforeAll(async () => {
  server = await startRawServer({ limits: { bodyBytes: LIMIT } })
})
afterAll(() => server.close())

const post = (lines: string, body: Buffer | string = '') =>
  Buffer.concat([
    Buffer.from(`POST / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n${lines}\r\n`),
    Buffer.from(body as string),
  ])
const sized = (body: Buffer, lines = '') => post(`${lines}Content-Length: ${body.length}\r\n`, body)
const chunked = (...sizes: number[]) =>
  post(
    'Transfer-Encoding: chunked\r\n',
    sizes.map((size) => `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`).join('') + '0\r\n\r\n',
  )

describe('a body', () => {
  it.each([
    ['at the limit', sized(Buffer.alloc(LIMIT, 'x')), LIMIT],
    ['in chunks at the limit', chunked(400, 1, 599), LIMIT],
    ['that is absent', post(''), 0],
    ['in gzip', sized(gzipSync('x'.repeat(LIMIT)), 'Content-Encoding: gzip\r\n'), LIMIT],
    ['in deflate', sized(deflateSync('x'.repeat(LIMIT)), 'Content-Encoding: deflate\r\n'), LIMIT],
    ['in br', sized(brotliCompressSync('x'.repeat(LIMIT)), 'Content-Encoding: br\r\n'), LIMIT],
  ])('%s is read whole', async (_what, bytes, length) => {
    const received = await server.send(bytes)
    expect(statusesOf(received)).toEqual([200])
    expect((bodyOf(received) as { body: string }).body).toBe('x'.repeat(length))
  })

  it.each([
    ['one byte over the limit', sized(Buffer.alloc(LIMIT + 1))],
    ['over the limit in one chunk', chunked(LIMIT + 1)],
    ['over the limit in many chunks', chunked(...Array.from({ length: LIMIT + 1 }, () => 1))],
    [
      'over the limit after decompression of gzip',
      sized(gzipSync(Buffer.alloc(LIMIT + 1)), 'Content-Encoding: gzip\r\n'),
    ],
    [
      'over the limit after decompression of deflate',
      sized(deflateSync(Buffer.alloc(LIMIT + 1)), 'Content-Encoding: deflate\r\n'),
    ],
    [
      'over the limit after decompression of br',
      sized(brotliCompressSync(Buffer.alloc(LIMIT + 1)), 'Content-Encoding: br\r\n'),
    ],
    [
      'that is a bomb of many members',
      sized(Buffer.concat(Array.from({ length: 30 }, () => gzipSync(Buffer.alloc(100)))), 'Content-Encoding: gzip\r\n'),
    ],
    ['that is a bomb', sized(gzipSync(Buffer.alloc(500_000)), 'Content-Encoding: gzip\r\n')],
    ['of 6 MB, sent whole before the answer is read', sized(Buffer.alloc(6_000_000))],
    ['of 6 MB in chunks, sent whole before the answer is read', chunked(...Array.from({ length: 100 }, () => 60_000))],
  ])('%s is refused with 413, and the client gets to read that', async (_what, bytes) => {
    const before = server.handled()
    expect(statusesOf(await server.send(bytes))).toEqual([413])
    expect(server.handled()).toBe(before)
  })

  it('refused is drained, so that a client that writes all before it reads does not meet a reset', async () => {
    const socket = server.connect()
    const bytes = sized(Buffer.alloc(7_000_000))
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject)
      socket.pause()
      socket.write(bytes, () => resolve())
    })
    const received = receiveAll(socket)
    socket.resume()
    expect(statusesOf(await received)).toEqual([413])
  })

  it('announced over the limit is refused before any of it is sent', async () => {
    const socket = server.connect()
    const received = receiveAll(socket, post(`Content-Length: ${LIMIT + 1}\r\n`))
    socket.once('data', () => socket.end())
    expect(statusesOf(await received)).toEqual([413])
  })

  it.each([
    ['gzip', Buffer.from('not gzip')],
    ['gzip', gzipSync('x').subarray(0, -1)],
    ['gzip', Buffer.concat([gzipSync('x'), Buffer.from('junk')])],
    ['gzip', Buffer.from('')],
    ['deflate', deflateRawSync('x'.repeat(100))],
    ['deflate', Buffer.concat([deflateSync('x'), Buffer.from('junk')])],
    ['br', Buffer.concat([brotliCompressSync('x'), Buffer.from('junk')])],
    ['br', Buffer.from([0xff, 0xff, 0xff])],
  ])('that is not the %s it says is refused with 400: %#', async (coding, body) => {
    const bytes =
      body.length === 0
        ? post(`Content-Encoding: ${coding}\r\nTransfer-Encoding: chunked\r\n`, '0\r\n\r\n')
        : sized(body, `Content-Encoding: ${coding}\r\n`)
    const received = await server.send(bytes)
    expect(statusesOf(received), received).toEqual([400])
    expect(bodyOf(received)).toMatchObject({ code: 'body_invalid' })
  })

  it('in an unknown coding or two layers is refused with 415', async () => {
    expect(statusesOf(await server.send(sized(Buffer.from('x'), 'Content-Encoding: zstd\r\n')))).toEqual([415])
    expect(statusesOf(await server.send(sized(gzipSync(gzipSync('x')), 'Content-Encoding: gzip, gzip\r\n')))).toEqual([
      415,
    ])
  })

  it('that is not complete when the client stops is refused', async () => {
    const socket = server.connect()
    const received = receiveAll(socket, post('Content-Length: 10\r\n', 'abc'))
    socket.end()
    expect(statusesOf(await received)).toEqual([400])
  })

  it('of a client that goes away ends the waiting for it', async () => {
    let failure: Promise<unknown> | undefined
    let started: () => void
    const reading = new Promise<void>((resolve) => (started = resolve))
    const { readBody } = await import('./body.ts')
    const own = await startRawServer({
      handle: async (head, request) => {
        const body = readBody(request, head, LIMIT)
        failure = body.then(
          () => 'read',
          (error: unknown) => error,
        )
        started()
        return body
      },
    })
    const socket = own.connect()
    const closed = receiveAll(socket, post('Content-Length: 10\r\n', 'abc'))
    await reading
    socket.destroy()
    await closed
    expect(await failure).toMatchObject({ code: 'client_closed_request' })
    await own.close()
  })
})

describe('a body nobody reads', () => {
  const unread = { handle: async () => 'ignored' }
  const keepAlive = (lines: string, body: string) => `POST / HTTP/1.1\r\nHost: a.test\r\n${lines}\r\n${body}`

  it('is dropped where it is short, and the connection serves on', async () => {
    const own = await startRawServer(unread)
    const received = await own.send(
      keepAlive('Content-Length: 3\r\n', 'abc') + 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n',
    )
    expect(statusesOf(received)).toEqual([200, 200])
    await own.close()
  })

  it('ends the connection where it is long or of unknown length', async () => {
    const own = await startRawServer(unread)
    expect(statusesOf(await own.send(keepAlive('Content-Length: 100000\r\n', 'x'.repeat(100_000))))).toEqual([200])
    expect(statusesOf(await own.send(keepAlive('Transfer-Encoding: chunked\r\n', '1\r\nx\r\n0\r\n\r\n')))).toEqual([
      200,
    ])
    await own.close()
  })
})

describe('time', () => {
  it('to send a head is limited: 408', async () => {
    const own = await startRawServer({ limits: { headersTimeoutMs: 50, requestTimeoutMs: 60 } })
    expect(statusesOf(await own.send('GET / HTTP/1.1\r\nHost: a'))).toEqual([408])
    await own.close()
  })

  it('to send a body is limited: 408', async () => {
    const own = await startRawServer({ limits: { headersTimeoutMs: 50, requestTimeoutMs: 60 } })
    const received = await own.send(post('Content-Length: 10\r\n', 'abc'))
    expect(statusesOf(received)).toEqual([408])
    await own.close()
  })
})
