import { isUtf8 } from 'node:buffer'
import { Busboy, type BusboyInstance } from '@fastify/busboy'
import { InvalidBody, UnsupportedMediaType } from '../../core/errors/catalogue.ts'
import type { MediaType } from './media-type.ts'
import { addField, emptyFields, parseUrlencoded, type Fields } from './urlencoded.ts'

/** Bytes of a field's name in a multipart form. */
const FIELD_NAME_LIMIT_BYTES = 200
/** Header lines of one part: a field needs one, browsers send up to three. */
const PART_HEADERS_LIMIT = 8
/** Bytes of one part's header lines. */
const PART_HEADER_LIMIT_BYTES = 4_096

const refuse = (reason: string): Error => new InvalidBody(`The form ${reason}.`)

/**
 * Parses an `application/x-www-form-urlencoded` body.
 *
 * @throws InvalidBody for what is not UTF-8, invalid escapes, NUL and more than `maxFields` fields.
 */
export function parseUrlencodedForm(bytes: Buffer, maxFields: number): Fields {
  checkUtf8(bytes)
  return parseUrlencoded(bytes.toString('utf8'), { maxFields, refuse })
}

/**
 * Parses the fields of a `multipart/form-data` body that has been read whole, so that the body limit bounds it. `contentType` has
 * passed `bodyKind`.
 *
 * @throws InvalidBody for malformed or truncated bodies, fields without a name, what is not UTF-8, NUL and more than `maxFields` fields.
 * UnsupportedMediaType (415) for a part that is a file.
 */
export async function parseMultipartForm(bytes: Buffer, contentType: MediaType, maxFields: number): Promise<Fields> {
  const boundary = contentType.parameters['boundary'] ?? ''
  // Before the parser, which would make every part of a flood all the same.
  const parts = countParts(bytes, boundary)
  if (parts > maxFields) throw refuse(`has more than ${maxFields} fields`)
  const parser = new Busboy({
    headers: { 'content-type': `multipart/form-data; boundary="${boundary}"` },
    limits: {
      // Cut one longer than allowed, which fieldProblem then refuses: the parser does not say that it cuts.
      fieldNameSize: FIELD_NAME_LIMIT_BYTES + 1,
      fieldSize: bytes.length,
      fields: maxFields,
      parts: maxFields + 1,
      headerPairs: PART_HEADERS_LIMIT,
      headerSize: PART_HEADER_LIMIT_BYTES,
    },
  })
  const { fields, count } = await collect(parser, bytes, maxFields)
  // The parser drops parts without a usable disposition in silence.
  if (count !== parts) throw refuse('has a part that is not a field, or ends early')
  // After the parser, which tells a file by name: only then is every byte a field's.
  checkUtf8(bytes)
  return fields
}

/** Boundary lines but the last, which closes. */
function countParts(bytes: Buffer, boundary: string): number {
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  let count = bytes.subarray(0, delimiter.length - 2).equals(delimiter.subarray(2)) ? 0 : -1
  for (let at = bytes.indexOf(delimiter); at !== -1; at = bytes.indexOf(delimiter, at + delimiter.length)) count++
  return count
}

function collect(parser: BusboyInstance, bytes: Buffer, maxFields: number): Promise<{ fields: Fields; count: number }> {
  const fields = emptyFields()
  let count = 0
  return new Promise((resolve, reject) => {
    const tooMany = (): void => reject(refuse(`has more than ${maxFields} fields`))
    parser.on('file', (name, stream) => {
      stream.resume()
      reject(new UnsupportedMediaType(`The part ${JSON.stringify(name)} is a file; this operation takes fields only.`))
    })
    parser.on('field', (name, value, ...[, valueTruncated, transferEncoding]) => {
      const problem = fieldProblem({ name, value, valueTruncated, transferEncoding })
      if (problem !== undefined) return reject(refuse(problem))
      count++
      addField(fields, name, value)
    })
    parser.on('fieldsLimit', tooMany)
    parser.on('partsLimit', tooMany)
    parser.on('error', (cause) => reject(new InvalidBody('The form is not valid multipart/form-data.', { cause })))
    parser.on('finish', () => resolve({ fields, count }))
    parser.end(bytes)
  })
}

interface Field {
  readonly name: string | undefined
  readonly value: string
  readonly valueTruncated: boolean
  readonly transferEncoding: string
}

function fieldProblem({ name, value, valueTruncated, transferEncoding }: Field): string | undefined {
  if (name === undefined || name === '') return 'has a part without a name'
  if (Buffer.byteLength(name) > FIELD_NAME_LIMIT_BYTES)
    return `has a field name longer than ${FIELD_NAME_LIMIT_BYTES} bytes`
  if (valueTruncated) return 'has a field that is too large'
  // RFC 7578 section 4.7 deprecates it, and the parser would pass the encoded text on.
  if (!/^(?:7bit|8bit|binary)$/i.test(transferEncoding))
    return `has a part with the Content-Transfer-Encoding ${JSON.stringify(transferEncoding)}`
  return value.includes('\0') || name.includes('\0') ? 'has a NUL character' : undefined
}

function checkUtf8(bytes: Buffer): void {
  if (!isUtf8(bytes)) throw refuse('is not UTF-8')
}
