import type { OperationDescription } from '../core/description.ts'
import {
  BadRequest,
  ContentTooLarge,
  Forbidden,
  InvalidBody,
  InvalidJson,
  Unauthenticated,
  UnsupportedMediaType,
  ValidationFailed,
  type ErrorClass,
  type ErrorFormat,
} from '../core/errors/index.ts'
import type { ErrorSchemas } from './error-schemas.ts'
import { bodyFormOf } from './request-body.ts'
import { REQUEST_ID_HEADER } from './responses.ts'
import { canForbid } from './security.ts'
import type { JsonObject, ResponseObject } from './types.ts'

/** Every error an operation can give, by status, and `default` for what any operation can. */
export function errorResponses(
  description: OperationDescription,
  format: ErrorFormat,
  schemas: ErrorSchemas,
): { [status: string]: ResponseObject } {
  const byStatus = new Map<number, ErrorClass[]>()
  for (const error of new Set(errorsOf(description))) {
    const status = format.statusOf?.(error) ?? error.status
    byStatus.set(status, [...(byStatus.get(status) ?? []), error])
  }
  const ordered = [...byStatus].sort(([a], [b]) => a - b)
  return {
    ...Object.fromEntries(
      ordered.map(([status, errors]) => [
        String(status),
        {
          description: describe(errors),
          headers: { 'x-request-id': REQUEST_ID_HEADER, ...headersOf(status) },
          content: { [format.mediaType]: schemas.media(errors) },
        },
      ]),
    ),
    default: {
      description: 'Any other error, such as 500 (internal error) or 503 (temporarily unavailable).',
      headers: { 'x-request-id': REQUEST_ID_HEADER, ...headersOf(503) },
      content: { [format.mediaType]: schemas.media([]) },
    },
  }
}

function errorsOf({ placed, plan, access }: OperationDescription): readonly ErrorClass[] {
  const body = bodyFormOf(plan.holders)
  const unreadable = body === 'json' ? InvalidJson : InvalidBody
  return [
    BadRequest,
    ...(body === undefined ? [] : [unreadable, ContentTooLarge, UnsupportedMediaType]),
    ...(access.authenticators.length > 0 || !access.anonymous ? [Unauthenticated] : []),
    ...(canForbid(access) ? [Forbidden] : []),
    ...(plan.holders.some(({ inputs }) => Object.keys(inputs).length > 0) ? [ValidationFailed] : []),
    ...placed.errors,
    ...plan.errors,
  ]
}

function describe(errors: readonly ErrorClass[]): string {
  const lines = errors.map(
    ({ code, title, fix }) => `${title} (\`${code}\`).${fix === undefined || fix === '' ? '' : ` ${fix}`}`,
  )
  return lines.length === 1 ? (lines[0] ?? '') : lines.map((line) => `- ${line}`).join('\n')
}

function headersOf(status: number): JsonObject {
  if (status === 401) return { 'www-authenticate': { $ref: '#/components/headers/WwwAuthenticate' } }
  return status === 429 || status === 503 ? { 'retry-after': { $ref: '#/components/headers/RetryAfter' } } : {}
}

/** The headers that responses refer to. */
export const RESPONSE_HEADERS = {
  RequestId: { description: 'The id of the request in the server log.', schema: { type: 'string' } },
  WwwAuthenticate: { description: 'How to authenticate (RFC 9110).', schema: { type: 'string' } },
  RetryAfter: { description: 'Seconds after which to try again.', schema: { type: 'integer' } },
} as const satisfies JsonObject
