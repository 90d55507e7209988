import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, type InputType, type ZlibOptions } from 'node:zlib'
import { ContentTooLarge, InvalidBody } from '../../core/errors/catalogue.ts'
import { ClientClosedRequest } from './errors.ts'
import type { Head } from './head.ts'
import { LINGER_LIMIT_BYTES, LINGER_TIMEOUT_MS, UNREAD_BODY_LIMIT_BYTES } from './limits.ts'
import type { ContentCoding } from './media-type.ts'

type BodyHead = Pick<Head, 'contentLength' | 'chunked' | 'contentCoding'>

const NOTHING: Buffer = Buffer.alloc(0)

/**
 * Reads the whole body, decompressed. Time is bounded by the server's request timeout. The Content-Type is not looked at.
 *
 * @throws ContentTooLarge above `limitBytes`, counted both as received and after decompression, and before anything is read where the
 * announced length says so; UnsupportedMediaType for a coding that is not understood; InvalidBody where it does not decompress;
 * ClientClosedRequest where the client goes away. See {@link closesAfter} for the connection then.
 */
export function readBody(req: Readable, head: BodyHead, limitBytes: number): Promise<Buffer> {
  const { contentLength, chunked } = head
  if (contentLength !== undefined && contentLength > limitBytes) return Promise.reject(tooLarge(limitBytes))
  if (!chunked && (contentLength === undefined || contentLength === 0)) return Promise.resolve(NOTHING)
  if (req.destroyed && !req.readableEnded) return Promise.reject(closed())
  try {
    const coding = head.contentCoding
    const received = receive(req, limitBytes)
    return coding === 'identity' ? received : received.then((bytes) => decompress(bytes, coding, limitBytes))
  } catch (error) {
    return Promise.reject(error)
  }
}

function receive(req: Readable, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    // A single chunk is passed on as it is: most bodies come in one.
    const done = (): void => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size))
    req.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > limitBytes) {
        req.removeAllListeners('data')
        req.pause()
        reject(tooLarge(limitBytes))
        return
      }
      chunks.push(chunk)
    })
    // Not as soon as the announced length is there: answering a request that Node has not seen the end of costs 2 us more.
    req.on('end', done)
    req.on('error', (cause) => reject(closed(cause)))
  })
}

function tooLarge(limitBytes: number): Error {
  return new ContentTooLarge(`The body is larger than ${limitBytes} bytes.`)
}

function closed(cause?: unknown): Error {
  return new ClientClosedRequest('The connection was closed before the body was complete.', { cause })
}

type Decompressor = (input: InputType, options: ZlibOptions & { info: true }) => Promise<unknown>

const DECOMPRESSORS: Readonly<Record<Exclude<ContentCoding, 'identity'>, Decompressor>> = {
  gzip: promisify(gunzip) as Decompressor,
  deflate: promisify(inflate) as Decompressor,
  br: promisify(brotliDecompress) as Decompressor,
}

async function decompress(
  bytes: Buffer,
  coding: Exclude<ContentCoding, 'identity'>,
  limitBytes: number,
): Promise<Buffer> {
  let result: { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } }
  try {
    // With `info` Node also gives the engine, which knows how much of the input was used. The types do not say so.
    result = (await DECOMPRESSORS[coding](bytes, { maxOutputLength: limitBytes, info: true })) as typeof result
  } catch (cause) {
    if ((cause as { readonly code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limitBytes)
    throw new InvalidBody(`The body is not valid ${coding}, as its Content-Encoding says.`, { cause })
  }
  if (result.engine.bytesWritten !== bytes.length)
    throw new InvalidBody(`The body has bytes after the end of its ${coding} data.`)
  return result.buffer
}

/**
 * Whether a response must close the connection because of a body that nobody read. A short announced one is dropped by Node while the
 * connection lives on; for any other, set `connection: close`, write the whole response, and end it after {@link drain}.
 */
export function closesAfter(req: IncomingMessage, head: Pick<Head, 'contentLength' | 'chunked'> | undefined): boolean {
  if (req.complete) return false
  if (head === undefined) return true
  return head.chunked || (head.contentLength ?? 0) > UNREAD_BODY_LIMIT_BYTES
}

/**
 * Reads and drops what the client still sends, at most 8 MiB and 2 s, so that it gets to reading the answer: closing with unread bytes
 * is a reset, which can overtake the answer. Never rejects.
 */
export function drain(req: IncomingMessage): Promise<void> {
  if (req.complete || req.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    let size = 0
    const timer = setTimeout(resolve, LINGER_TIMEOUT_MS)
    const done = (): void => {
      clearTimeout(timer)
      resolve()
    }
    req.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > LINGER_LIMIT_BYTES) done()
    })
    req.on('end', done)
    req.on('error', done)
    req.on('close', done)
    req.resume()
  })
}
