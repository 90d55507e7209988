import type { Outcome } from '../../core/middleware.ts'
import type { RowSet } from '../wire/row-set.ts'
import { IdempotencyAnswerTooLarge } from './errors.ts'

/** What a replay is known by. */
export const REPLAYED_HEADER = 'idempotency-replayed'

/** Headers of one answer alone: each replay has its own, or none. */
const OF_ONE_ANSWER = new Set([
  'age',
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'server-timing',
  'set-cookie',
  'trailer',
  'transfer-encoding',
  'x-request-id',
])

/** An answer as it is kept. */
export interface KeptAnswer {
  readonly status: number
  /** JSON. */
  readonly headers: string
  readonly body: Uint8Array | undefined
  /** Of the body that was sent, in bytes; more than is in `body` where it was too large. */
  readonly size: number
}

/** Cookies are not kept: they are credentials, and who has the key of a request need not be who they were for. */
export function keptAnswer({ status, headers, body }: Outcome, answerBytes: number): KeptAnswer {
  const bytes = bytesOf(body)
  const size = bytes?.length ?? 0
  return {
    status,
    headers: JSON.stringify(Object.fromEntries([...headers].filter(([name]) => !OF_ONE_ANSWER.has(name)))),
    body: size > answerBytes ? undefined : bytes,
    size,
  }
}

function bytesOf(body: Outcome['body']): Uint8Array | undefined {
  if (typeof body === 'string') return Buffer.from(body)
  if (body === undefined || body instanceof Uint8Array) return body
  // Only `raw` gives one, which is refused at start.
  throw new TypeError('A stream cannot be kept for a replay.')
}

/** The columns of a kept answer, in the order of the select list. */
const COLUMN = { fingerprint: 0, status: 1, headers: 2, body: 3, size: 4, isExpired: 5 } as const

export function isExpired(found: RowSet): boolean {
  return found.text(0, COLUMN.isExpired) === 't'
}

export function hasFingerprint(found: RowSet, fingerprint: Buffer): boolean {
  return bytea(found, COLUMN.fingerprint)?.equals(fingerprint) === true
}

/**
 * The answer as it was first given, marked as a replay.
 *
 * @throws IdempotencyAnswerTooLarge where its body was not kept.
 */
export function replayOf(found: RowSet): Outcome {
  const status = Number(found.text(0, COLUMN.status))
  const body = bytea(found, COLUMN.body)
  const size = Number(found.text(0, COLUMN.size))
  if (size > 0 && body === undefined) {
    const detail = `It was answered with ${status} and ${size} bytes, more than are kept.`
    throw new IdempotencyAnswerTooLarge(detail, { data: { status } })
  }
  const headers = new Map(
    Object.entries(JSON.parse(found.text(0, COLUMN.headers) ?? '{}') as Readonly<Record<string, string>>),
  )
  headers.set(REPLAYED_HEADER, 'true')
  return { status, headers, cookies: [], body }
}

/** PostgreSQL writes bytes as `\x` and two digits for each. */
function bytea(rows: RowSet, column: number): Buffer | undefined {
  const text = rows.text(0, column)
  return text === null ? undefined : Buffer.from(text.slice(2), 'hex')
}
