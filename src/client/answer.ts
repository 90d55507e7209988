import { causeOf } from '../core/response-cause.ts'
import { ApiError, type ApiIssue } from './api-error.ts'
import { codeOfStatus } from './codes.ts'
import type { OperationEntry } from './operations.ts'

/** Reads a body as its operation declares it, and where that leaves it open, as its media type says. */
export async function readBody(response: Response, entry: OperationEntry): Promise<unknown> {
  const as = entry.answers?.[response.status] ?? entry.answers?.['default']
  if (as === 'raw') return response
  if (as === 'bytes') return new Uint8Array(await response.arrayBuffer())
  const mediaType = mediaTypeOf(response)
  if (mediaType === '' || mediaType.startsWith('text/')) return orNothing(await response.text(), mediaType)
  if (!/^application\/(?:[^;]+\+)?json$/.test(mediaType)) return new Uint8Array(await response.arrayBuffer())
  const text = await response.text()
  return text === '' ? undefined : (JSON.parse(text) as unknown)
}

function orNothing(text: string, mediaType: string): string | undefined {
  return text === '' && mediaType === '' ? undefined : text
}

function mediaTypeOf(response: Response): string {
  return (response.headers.get('content-type') ?? '').replace(/;.*$/s, '').trim().toLowerCase()
}

/** The error of an answer that is none of the declared ones: RFC 9457 problem details, FastAPI's `{"detail": ...}`, or neither. */
export async function readError(operation: string, response: Response): Promise<ApiError> {
  const text = await response.text()
  const body = parsed(text)
  const fields = isObject(body) ? body : {}
  const { status, headers } = response
  const detail = isObject(fields['detail']) && !Array.isArray(fields['detail']) ? fields['detail'] : fields
  const details = {
    code: textIn(detail, 'code') ?? codeOfStatus(status),
    status,
    title: textIn(fields, 'title') ?? (response.statusText === '' ? `Status ${status}` : response.statusText),
    detail: textIn(fields, 'detail') ?? textIn(detail, 'message'),
    data: detail['data'],
    issues: issuesOf(fields),
    requestId: headers.get('x-request-id') ?? textIn(fields, 'requestId'),
    headers,
    body: body ?? (text === '' ? undefined : text),
  }
  return new ApiError(operation, details, causeOf(response))
}

type Fields = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function textIn(fields: Fields, name: string): string | undefined {
  const value = fields[name]
  return typeof value === 'string' ? value : undefined
}

function issuesOf({ errors, detail }: Fields): ApiIssue[] {
  if (Array.isArray(errors)) return errors.filter(isObject).map(problemIssue)
  return Array.isArray(detail) ? detail.filter(isObject).map(fastapiIssue) : []
}

function problemIssue(issue: Fields): ApiIssue {
  const pointer = textIn(issue, 'pointer') ?? ''
  const path = pointer.split('/').slice(1).map(pointerKey)
  return issueOf({
    in: textIn(issue, 'in') ?? 'body',
    path,
    code: issue['code'],
    message: issue['message'],
    context: issue['context'],
  })
}

/** A step of a JSON pointer (RFC 6901). One of digits is most likely an index. */
function pointerKey(step: string): string | number {
  return /^(?:0|[1-9]\d*)$/.test(step) ? Number(step) : step.replaceAll('~1', '/').replaceAll('~0', '~')
}

function fastapiIssue({ loc, type, msg, ctx }: Fields): ApiIssue {
  const [part = 'body', ...path] = Array.isArray(loc) ? (loc as (string | number)[]) : []
  return issueOf({ in: String(part), path, code: type, message: msg, context: ctx })
}

interface LooseIssue {
  readonly in: string
  readonly path: readonly (string | number)[]
  readonly code: unknown
  readonly message: unknown
  readonly context: unknown
}

function issueOf({ in: part, path, code, message, context }: LooseIssue): ApiIssue {
  const issue = { in: part, path, code: String(code), message: String(message) }
  return isObject(context) ? { ...issue, context } : issue
}
