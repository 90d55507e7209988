import { STATUS_CODES } from 'node:http'
import { isContent, type Content, type ResponseBody } from '../core/content.ts'
import type { Operation } from '../core/operation.ts'
import { isSchema } from '../core/schema.ts'
import type { PlacedOperation } from '../core/tree.ts'
import type { SchemaCollector } from '../schema/index.ts'
import type { JsonObject, ResponseObject } from './types.ts'

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]

/** HTTP gives these no body, whatever is declared. */
const BODILESS: readonly number[] = [204, 205, 304]

/** On every response: the id under which the request stands in the log. */
export const REQUEST_ID_HEADER: JsonObject = { $ref: '#/components/headers/RequestId' }

/** The declared answers of an operation by status. */
export function successResponses(
  { operation, deprecated }: PlacedOperation,
  collector: SchemaCollector,
): { [status: string]: ResponseObject } {
  const declared = declaredBodies(operation)
  const described = declared.find(([status]) => status < 400)?.[0]
  return Object.fromEntries(
    declared.map(([status, body]) => {
      const own = status === described ? operation.documentation.responseDescription : undefined
      const content = BODILESS.includes(status) ? undefined : contentOf(body, collector)
      const headers = {
        'x-request-id': REQUEST_ID_HEADER,
        ...locationHeader(status),
        ...deprecationHeaders(deprecated),
      }
      return [
        String(status),
        { description: own ?? statusText(status), headers, ...(content === undefined ? {} : { content }) },
      ]
    }),
  )
}

function declaredBodies({ response, status }: Operation): [number, ResponseBody | undefined][] {
  if (response === undefined || isSchema(response) || isContent(response)) return [[status, response]]
  return Object.entries(response).map(([declared, body]) => [Number(declared), body])
}

function contentOf(body: ResponseBody | undefined, collector: SchemaCollector): ResponseObject['content'] | undefined {
  if (body === undefined) return undefined
  if (!isContent(body)) return { 'application/json': { schema: collector.ref(body, 'output') } }
  if (body.form === 'empty') return undefined
  const mediaType = body.mediaType ?? '*/*'
  return { [mediaType.replace(/\s*;.*$/, '')]: mediaObject(body) }
}

function mediaObject({ form, mediaType = 'application/octet-stream' }: Content): JsonObject {
  if (form === 'text') return { schema: { type: 'string' } }
  // `contentMediaType` is how JSON Schema 2020-12 says it; `format: binary` is what generators of clients still look for.
  return form === 'bytes' ? { schema: { type: 'string', format: 'binary', contentMediaType: mediaType } } : {}
}

function locationHeader(status: number): JsonObject {
  if (!REDIRECTS.includes(status)) return {}
  return {
    location: { description: 'Where to go.', required: true, schema: { type: 'string', format: 'uri-reference' } },
  }
}

function deprecationHeaders(deprecated: PlacedOperation['deprecated']): JsonObject {
  if (typeof deprecated !== 'object') return {}
  const since = { description: 'Since when the operation is deprecated (RFC 9745).', schema: { type: 'string' } }
  const sunset = { description: 'When the operation may stop answering (RFC 8594).', schema: { type: 'string' } }
  return { deprecation: since, ...(deprecated.sunset === undefined ? {} : { sunset }) }
}

function statusText(status: number): string {
  return status === 200 ? 'Success' : (STATUS_CODES[status] ?? `Status ${status}`)
}
