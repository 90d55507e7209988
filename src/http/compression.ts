import { pipeline, Readable } from 'node:stream'
import { arrayBuffer } from 'node:stream/consumers'
import { codedTag } from '../core/entity-tag.ts'
import { chain, type MaybePromise } from '../core/maybe-promise.ts'
import type { Middleware, Outcome } from '../core/middleware.ts'
import type { RequestHead } from '../core/request.ts'
import { compressBytes, compressor } from './compressors.ts'
import { revalidate } from './conditional.ts'
import { CodingChoice, RESPONSE_CODINGS, type ResponseCoding } from './edge/coding.ts'
import { addVary } from './edge/vary.ts'
import { KeptBodies, nameOfBody } from './kept-bodies.ts'
import { measured } from './measured.ts'
import { declaredLength } from './response-lines.ts'

/** How answers are compressed. */
export interface CompressionOptions {
  /** Bodies smaller than this go as they are, in bytes. Default 1,024: below it a packet is a packet. */
  readonly minBytes?: number
  /** The codings that are used, the first where a client likes several as well. Default all: `['zstd', 'br', 'gzip']`. */
  readonly codings?: readonly ResponseCoding[]
}

const DEFAULT_MIN_BYTES = 1_024

/**
 * What becomes smaller: text, JSON, XML, scripts, vector images, fonts that are not compressed in themselves. Server-sent events are not: each is small, and
 * intermediaries hold compressed ones back.
 */
const COMPRESSIBLE =
  /^(?:text\/(?!event-stream)|image\/(?:svg\+xml|bmp|x-icon)|font\/(?:otf|ttf)|application\/(?:json|[\w.-]+\+json|xml|[\w.-]+\+xml|javascript|jsonl|x-ndjson|wasm|x-javascript|x-yaml|yaml|sql|graphql|rtf)(?:$|[; ]))/i

const SECRET_OR_FINAL = /(?:^|[,\s])(?:no-store|no-transform)(?:$|[,\s])/i

/**
 * Compresses what an app answers, where the client asks for it and it is worth it.
 *
 * Where a body has a secret beside what a stranger can have reflected in it, its compressed length tells the secret bit by bit (BREACH). So what sets cookies,
 * and what says `no-store`, as all answers with tokens do, goes as it is.
 */
export class Compression {
  readonly #minBytes: number
  readonly #choice: CodingChoice
  readonly #kept = new KeptBodies()

  /** @throws RangeError where an option cannot be. */
  constructor({ minBytes = DEFAULT_MIN_BYTES, codings = RESPONSE_CODINGS }: CompressionOptions = {}) {
    if (!Number.isInteger(minBytes) || minBytes < 0)
      throw new RangeError(`minBytes must be a whole number of bytes; it is ${String(minBytes)}`)
    const unknown = codings.find((coding) => !RESPONSE_CODINGS.includes(coding))
    if (unknown !== undefined || codings.length === 0)
      throw new RangeError(
        `codings must be some of ${RESPONSE_CODINGS.join(', ')}; without any write compression: false`,
      )
    this.#minBytes = minBytes
    this.#choice = new CodingChoice(codings)
  }

  /** The answer as it is sent. What the client has already is not compressed for it. */
  encode(outcome: Outcome, head: RequestHead): MaybePromise<Outcome> {
    const { headers } = outcome
    if (outcome.status === 304) nameAsKnown(headers, head)
    if (!this.#isWorthIt(outcome, head)) return outcome
    addVary(headers, 'accept-encoding')
    const coding = this.#choice.for(head.header('accept-encoding'))
    if (coding === undefined) return outcome
    const tag = headers.get('etag')
    if (tag !== undefined) headers.set('etag', codedTag(tag, coding))
    revalidate(outcome, head)
    return outcome.status === 304 ? outcome : encoded(outcome, { coding, method: head.method, kept: this.#kept })
  }

  #isWorthIt({ status, headers, cookies, body, compress }: Outcome, { method }: RequestHead): boolean {
    if (compress === false || sizeOf({ headers, body }, method) < this.#minBytes || status === 206) return false
    if (headers.has('content-encoding') || !COMPRESSIBLE.test(headers.get('content-type') ?? '')) return false
    if (compress === true) return true
    return cookies.length === 0 && !SECRET_OR_FINAL.test(headers.get('cache-control') ?? '')
  }
}

/** A 304 that was given without looking at a body names the form that the client has (RFC 9110 section 15.4.5). */
function nameAsKnown(headers: Map<string, string>, head: RequestHead): void {
  addVary(headers, 'accept-encoding')
  const tag = headers.get('etag')
  const known = head.header('if-none-match')
  if (tag === undefined || known === undefined || known.includes(tag)) return
  const coded = RESPONSE_CODINGS.map((coding) => codedTag(tag, coding)).find((each) => known.includes(each))
  if (coded !== undefined) headers.set('etag', coded)
}

/** In bytes, at least; a stream of unknown length is long. */
function sizeOf({ headers, body }: Pick<Outcome, 'headers' | 'body'>, method: string): number {
  if (body instanceof ReadableStream) return declaredLength(headers) ?? Infinity
  if (body !== undefined) return body.length
  return method === 'HEAD' ? (declaredLength(headers) ?? 0) : -1
}

interface Encoding {
  readonly coding: ResponseCoding
  readonly method: string
  readonly kept: KeptBodies
}

function encoded(outcome: Outcome, { coding, method, kept }: Encoding): MaybePromise<Outcome> {
  const { headers, body } = outcome
  const name = body instanceof ReadableStream ? nameOfBody(body, declaredLength(headers)) : undefined
  const checked = body instanceof ReadableStream ? measured(body, headers) : body
  headers.set('content-encoding', coding)
  headers.delete('content-length')
  // Ranges are of the bytes that are sent, and these are made anew each time.
  headers.delete('accept-ranges')
  if (method === 'HEAD' || checked === undefined) {
    if (checked instanceof ReadableStream) void checked.cancel().catch(() => undefined)
    outcome.body = undefined
    return outcome
  }
  if (checked instanceof ReadableStream && name !== undefined)
    return chain(keptBody(checked, `${coding} ${name}`, { coding, kept }), (bytes) => {
      outcome.body = bytes
      return outcome
    })
  if (checked instanceof ReadableStream) {
    outcome.body = compressedStream(checked, coding)
    return outcome
  }
  return chain(compressBytes(typeof checked === 'string' ? Buffer.from(checked) : checked, coding), (bytes) => {
    outcome.body = bytes
    return outcome
  })
}

/** A file is compressed once, and not for each that asks for it. */
async function keptBody(
  body: ReadableStream<Uint8Array>,
  name: string,
  { coding, kept }: Pick<Encoding, 'coding' | 'kept'>,
): Promise<Uint8Array> {
  const known = kept.get(name)
  if (known !== undefined) {
    void body.cancel().catch(() => undefined)
    return known
  }
  const bytes = await compressBytes(new Uint8Array(await arrayBuffer(body)), coding)
  kept.set(name, bytes)
  return bytes
}

/** Each chunk can be read as soon as it is sent; a client that goes ends the source, and a source that fails the answer. */
function compressedStream(body: ReadableStream<Uint8Array>, coding: ResponseCoding): ReadableStream<Uint8Array> {
  const transform = compressor(coding)
  // The types of Node's streams, which the global ones do not know they are.
  const source = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0])
  pipeline(source, transform, () => undefined)
  return Readable.toWeb(transform)
}

/**
 * Says of an operation, a router or the whole app whether its answers are compressed, in place of what is decided by itself: `compress(false)` where an answer
 * has a secret beside text of the caller, `compress(true)` where one that sets a cookie or says `no-store` has none.
 *
 * @example
 * const search = route.get('/search', { access: anyone, middleware: [compress(false)] }, () => undefined)
 */
export function compress(allowed: boolean): Middleware {
  return function compressed(_, next) {
    return chain(next(), (outcome) => {
      outcome.compress = allowed
      return outcome
    })
  }
}
