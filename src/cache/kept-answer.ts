import { hash } from 'node:crypto'
import { isUtf8 } from 'node:buffer'
import type { Outcome } from '../core/middleware.ts'
import type { Form } from './keeper.ts'

/** A response as it is kept: status 200. */
export interface KeptAnswer {
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array
}

/** What is said to whoever receives it, besides what the operation says. */
export interface AnswerHead {
  readonly cacheControl: string
  /** Headers of the request that decide about it, in lower case. */
  readonly vary: readonly string[]
  /** Whether everybody is given the same. */
  readonly shared: boolean
}

/** About one request, or one connection; not kept. */
const OF_ONE_REQUEST: ReadonlySet<string> = new Set([
  'age',
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'server-timing',
  'traceparent',
  'tracestate',
  'transfer-encoding',
  'x-request-id',
])

/** What can be kept of an answer; `undefined` where it must not be. */
export function keptAnswer({ status, headers, cookies, body }: Outcome, head: AnswerHead): KeptAnswer | undefined {
  if (status !== 200 || cookies.length > 0 || body instanceof ReadableStream) return undefined
  if (headers.has('set-cookie') || headers.has('www-authenticate')) return undefined
  if (!allowsKeeping(headers.get('cache-control'), head)) return undefined
  const vary = joinedVary(headers.get('vary'), head)
  if (vary === undefined) return undefined
  // A copy: what wrote it may use its memory again.
  const bytes = Buffer.from(body ?? '')
  const kept = new Map([...headers].filter(([name]) => !OF_ONE_REQUEST.has(name)))
  if (vary !== '') kept.set('vary', vary)
  if (!kept.has('cache-control')) kept.set('cache-control', head.cacheControl)
  if (!kept.has('etag')) kept.set('etag', `"${hash('sha256', bytes, 'base64url').slice(0, 22)}"`)
  return { headers: [...kept], body: bytes }
}

/** As a response of its own: whoever sends it may change it. */
export function outcomeOf({ headers, body }: KeptAnswer): Outcome {
  return { status: 200, headers: new Map(headers), cookies: [], body }
}

export function bytesOf({ headers, body }: KeptAnswer): number {
  return headers.reduce((sum, [name, value]) => sum + name.length + value.length, body.byteLength)
}

function allowsKeeping(cacheControl: string | undefined, { shared }: AnswerHead): boolean {
  if (cacheControl === undefined) return true
  return !/(?:^|[\s,])no-store/i.test(cacheControl) && !(shared && /(?:^|[\s,])private/i.test(cacheControl))
}

/** All headers that decide about it; `undefined` where one does that is not in the key. */
function joinedVary(own: string | undefined, { vary }: AnswerHead): string | undefined {
  const named = (own ?? '').split(',').map((name) => name.trim().toLowerCase())
  if (named.some((name) => name !== '' && !vary.includes(name))) return undefined
  return vary.join(', ')
}

/** One line of JSON, then the body: as it is where it is text. */
export const ANSWER_FORM: Form<KeptAnswer> = {
  write: ({ headers, body }) => {
    const isText = isUtf8(body)
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString(isText ? 'utf8' : 'base64')
    return `${JSON.stringify({ headers, isText })}\n${text}`
  },
  read: (text) => {
    const end = text.indexOf('\n')
    const { headers, isText } = JSON.parse(text.slice(0, end)) as Pick<KeptAnswer, 'headers'> & { isText: boolean }
    return { headers, body: Buffer.from(text.slice(end + 1), isText ? 'utf8' : 'base64') }
  },
}
