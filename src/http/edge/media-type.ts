import { UnsupportedMediaType } from '../../core/errors/catalogue.ts'

/** A media type, parsed once: type and parameter names in lower case. */
export interface MediaType {
  /** Such as `application/json`. */
  readonly type: string
  readonly parameters: Readonly<Record<string, string>>
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const TYPE = new RegExp(`^(${TOKEN}/${TOKEN})[ \\t]*(?:;|$)`)
const PARAMETER = new RegExp(
  `[ \\t]*(?:(${TOKEN})=(?:(${TOKEN})|"((?:[^"\\\\\\x00-\\x08\\x0a-\\x1f\\x7f]|\\\\[\\t -~\\x80-\\xff])*)"))?[ \\t]*(?:;|$)`,
  'y',
)

const NO_PARAMETERS: Readonly<Record<string, string>> = Object.freeze(Object.create(null) as Record<string, string>)
const PLAIN_JSON: MediaType = Object.freeze({ type: 'application/json', parameters: NO_PARAMETERS })

/**
 * Parses a Content-Type header.
 *
 * @throws UnsupportedMediaType (415) where it is not a media type or repeats a parameter: a body whose type is unclear is not read.
 * @see RFC 9110 section 8.3.1
 */
export function parseMediaType(raw: string): MediaType {
  if (raw === 'application/json') return PLAIN_JSON
  const type = TYPE.exec(raw)
  if (type === null)
    throw new UnsupportedMediaType('The Content-Type header is not a media type such as "application/json".')
  const parameters = Object.create(null) as Record<string, string>
  const pattern = new RegExp(PARAMETER)
  pattern.lastIndex = type[0].length
  while (pattern.lastIndex < raw.length) {
    const match = pattern.exec(raw)
    if (match === null) throw new UnsupportedMediaType('The Content-Type header has a malformed parameter.')
    if (match[1] === undefined) continue
    const name = match[1].toLowerCase()
    if (parameters[name] !== undefined)
      throw new UnsupportedMediaType(`The Content-Type header has the parameter "${name}" twice.`)
    parameters[name] = match[2] ?? match[3]!.replaceAll(/\\(.)/g, '$1')
  }
  return { type: type[1]!.toLowerCase(), parameters }
}

/** What an operation can read. */
export type BodyKind = 'json' | 'urlencoded' | 'multipart'

const DESCRIPTIONS: Readonly<Record<BodyKind, string>> = {
  json: 'application/json',
  urlencoded: 'application/x-www-form-urlencoded',
  multipart: 'multipart/form-data',
}

/**
 * Which of the kinds an operation accepts a body is of.
 *
 * @throws UnsupportedMediaType (415) for none of them, for a missing Content-Type (nothing is guessed: a browser sends JSON without one
 * across origins unasked), for a charset other than UTF-8, and for multipart without a boundary.
 */
export function bodyKind(contentType: MediaType | undefined, accepted: readonly BodyKind[]): BodyKind {
  const kind = contentType === undefined ? undefined : kindOf(contentType.type)
  if (contentType === undefined || kind === undefined || !accepted.includes(kind)) {
    const expected = accepted.map((kind) => DESCRIPTIONS[kind]).join(' or ')
    throw new UnsupportedMediaType(
      `The Content-Type must be ${expected}; it is ${contentType === undefined ? 'missing' : `"${contentType.type}"`}.`,
    )
  }
  const charset = contentType.parameters['charset']?.toLowerCase()
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')
    throw new UnsupportedMediaType('The only charset accepted is utf-8.')
  if (kind === 'multipart') checkBoundary(contentType.parameters['boundary'])
  return kind
}

function kindOf(type: string): BodyKind | undefined {
  if (isJson(type)) return 'json'
  if (type === DESCRIPTIONS.urlencoded) return 'urlencoded'
  return type === DESCRIPTIONS.multipart ? 'multipart' : undefined
}

/** `application/json` and every `application/*+json` (RFC 6839). */
export function isJson(type: string): boolean {
  return (
    type === 'application/json' ||
    (type.startsWith('application/') && type.endsWith('+json') && type.length > 'application/+json'.length)
  )
}

/** RFC 2046 section 5.1.1. */
function checkBoundary(boundary: string | undefined): void {
  if (boundary !== undefined && /^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/.test(boundary)) return
  throw new UnsupportedMediaType(
    'A multipart/form-data body needs a boundary of 1 to 70 characters in its Content-Type.',
  )
}

/** How a body may be compressed. */
export type ContentCoding = 'identity' | 'gzip' | 'deflate' | 'br'

/**
 * The one coding of a body.
 *
 * @throws UnsupportedMediaType (415, with `Accept-Encoding`) for any other and for more than one, because layers multiply.
 */
export function contentCoding(raw: string | undefined): ContentCoding {
  if (raw === undefined) return 'identity'
  const coding = raw.toLowerCase()
  if (coding === 'identity' || coding === 'gzip' || coding === 'deflate' || coding === 'br') return coding
  if (coding === 'x-gzip') return 'gzip'
  throw new UnsupportedMediaType('The Content-Encoding must be one of gzip, deflate and br, and only one.', {
    headers: { 'accept-encoding': 'gzip, deflate, br' },
  })
}
