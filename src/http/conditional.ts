import { parseEntityTags } from '../core/entity-tag.ts'
import type { Outcome } from '../core/middleware.ts'
import type { RequestHead } from '../core/request.ts'

/** What describes the body, which is not sent: RFC 9110 section 15.4.5 wants it left out. */
const OF_THE_BODY: readonly string[] = [
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-range',
  'content-type',
]

/**
 * Makes a 200 with an `ETag` a 304 without a body where the client has that version already: by `If-None-Match` (RFC 9110 section 13.1.2), which
 * compares weakly. All else stays: what caches are told, cookies, the tag itself.
 */
export function revalidate(outcome: Outcome, request: Pick<RequestHead, 'method' | 'header'>): void {
  const { status, headers, body } = outcome
  if (status !== 200 || !headers.has('etag')) return
  if (request.method !== 'GET' && request.method !== 'HEAD') return
  const known = request.header('if-none-match')
  if (known === undefined || !isKnown(headers.get('etag') ?? '', known)) return
  outcome.status = 304
  outcome.body = undefined
  for (const name of OF_THE_BODY) headers.delete(name)
  if (body instanceof ReadableStream) void body.cancel().catch(() => undefined)
}

/** A header that cannot be read says nothing: the answer is sent. */
function isKnown(etag: string, known: string): boolean {
  const own = parseEntityTags(etag)
  const tags = parseEntityTags(known)
  if (own === undefined || own === '*' || tags === undefined) return false
  return tags === '*' || tags.some(({ opaque }) => opaque === own[0]?.opaque)
}
