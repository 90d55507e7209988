import type { Documentation, Operation } from '../../core/operation.ts'
import type { Declared } from './declared.ts'

const ETAG = {
  description: 'The version of the row, for If-Match and If-None-Match (RFC 9110 section 8.8.3).',
  schema: { type: 'string' },
}

const IF_NONE_MATCH = {
  name: 'if-none-match',
  in: 'header',
  description: 'The ETag of what the client has: 304 without a body where it is still that (RFC 9110 section 13.1.2).',
  schema: { type: 'string' },
}

/** What the document says of the versions of rows, for operations that answer a row. */
export function taggedAnswer(
  { definition, schemas }: Pick<Declared, 'definition' | 'schemas'>,
  { method, response, status = 200 }: Pick<Operation, 'method'> & Partial<Pick<Operation, 'response' | 'status'>>,
): Documentation['openapi'] | undefined {
  if (definition.version === undefined || response !== schemas.row) return undefined
  const responses = { [status]: { headers: { etag: ETAG } } }
  if (method !== 'GET') return { responses }
  return {
    parameters: [IF_NONE_MATCH],
    responses: { ...responses, 304: { description: 'Not Modified', headers: { etag: ETAG } } },
  }
}
