import { basename, dirname } from 'node:path'
import { Readable } from 'node:stream'
import { NotFound, PreconditionFailed } from '../../core/errors/index.ts'
import type { Outcome } from '../../core/middleware.ts'
import type { RequestHead } from '../../core/request.ts'
import { RangeNotSatisfiable } from '../edge/errors.ts'
import { nameBody } from '../kept-bodies.ts'

/** What the answer depends on besides the file (RFC 9110 sections 13 and 14). */
const CONDITIONS = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range'] as const
/** One range. Lists of them, which servers may ignore (RFC 9110 section 14.2), are not even read: the file is sent. */
const ONE_RANGE = /^bytes=(?:\d{1,15}-\d{0,15}|-\d{1,15})$/

type Request = Pick<RequestHead, 'method' | 'header'>

/**
 * A file as an answer to GET or HEAD: entity tag, time, conditions, one range.
 *
 * @param file - Its real path.
 * @throws PreconditionFailed, RangeNotSatisfiable, and NotFound for a file that has gone meanwhile.
 */
export async function fileAnswer(file: string, request: Request): Promise<Outcome> {
  // Loaded with the first file: most apps serve none.
  const { send } = await import('@fastify/send')
  const asked = { method: request.method, headers: conditionsOf(request) }
  // It looks at method and headers only, and its type asks for a stream.
  const sent = await send(asked as unknown as Readable, `/${encodeURIComponent(basename(file))}`, {
    root: dirname(file),
    dotfiles: 'allow',
    index: false,
    cacheControl: false,
  })
  const headers = new Map(Object.entries(sent.headers).map(([name, value]) => [name.toLowerCase(), written(value)]))
  if (sent.statusCode >= 400) {
    sent.stream.destroy()
    throw failure(sent.statusCode, headers, sent)
  }
  nameScripts(headers)
  const hasBody = sent.statusCode !== 304 && request.method !== 'HEAD'
  if (!hasBody) sent.stream.destroy()
  // The type of Node's streams, which the global one does not know it is.
  const body = hasBody ? (Readable.toWeb(sent.stream) as unknown as ReadableStream<Uint8Array>) : undefined
  // The tag is made of size and time.
  const tag = headers.get('etag')
  if (body !== undefined && sent.statusCode === 200 && tag !== undefined) nameBody(body, `${tag} ${file}`)
  return { status: sent.statusCode, headers, cookies: [], body }
}

function conditionsOf(request: Request): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of CONDITIONS) {
    const value = request.header(name)
    if (value !== undefined) headers[name] = value
  }
  const range = request.header('range')
  if (range !== undefined && ONE_RANGE.test(range)) headers['range'] = range
  return headers
}

function failure(
  status: number,
  headers: ReadonlyMap<string, string>,
  { metadata }: { readonly metadata: unknown },
): Error {
  if (status === 412) return new PreconditionFailed()
  if (status === 416)
    return new RangeNotSatisfiable(undefined, {
      headers: { 'content-range': headers.get('content-range') ?? 'bytes */0' },
    })
  const { error } = metadata as { readonly error?: Error }
  return status === 404 ? new NotFound() : new Error('A file could not be sent.', { cause: error })
}

/** A length is a number, whatever its type says. */
function written(value: unknown): string {
  return String(value)
}

/** By RFC 9239. */
function nameScripts(headers: Map<string, string>): void {
  if (headers.get('content-type')?.startsWith('application/javascript') === true)
    headers.set('content-type', 'text/javascript; charset=utf-8')
}
