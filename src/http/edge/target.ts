import { BadRequest, UriTooLong } from '../../core/errors/catalogue.ts'

/** Where a request goes: parsed once, and what the router, the guards, the log and the error bodies all read. */
export interface Target {
  /**
   * One spelling per path: every segment decoded once and encoded again in RFC 3986's normal form, so that the router's decoding gives
   * back exactly these segments. `*` for `OPTIONS *`.
   */
  readonly path: string
  /** The query without its `?`, still encoded. */
  readonly search: string
  /** The authority of an absolute-form target, which must equal the Host header; absent in origin form. */
  readonly authority?: string
}

// What a byte of a path is. Everything else (controls, space, `"`, `#`, `<`, `>`, `\`, `` ` ``, `{`, `}`, non-ASCII) is refused:
// no browser or client library sends those unencoded.
const PLAIN = 1 // unreserved, sub-delims, `:` and `@` of RFC 3986: the same decoded and encoded
const CODED = 2 // `%`, and `[`, `]`, `^`, `|`, which browsers send as they are: the segment is decoded and encoded again
const PATH_CLASS = pathClasses()

const SLASH = 0x2f
const DOT = 0x2e
const QUESTION_MARK = 0x3f

/**
 * Parses a request target. Paths keep their case, `;` and `+` mean themselves, and a trailing slash stays.
 *
 * @throws BadRequest for authority form, a `*` that is not OPTIONS, `#`, `\`, controls, encoded slashes, invalid escapes or UTF-8, dot
 * segments and empty segments. UriTooLong above `limitBytes`.
 * @see RFC 9112 section 3.2, RFC 3986 section 6.2.2
 */
export function parseTarget(raw: string, method: string, limitBytes: number): Target {
  if (raw.length > limitBytes) throw new UriTooLong(`The request target is longer than ${limitBytes} bytes.`)
  if (raw.charCodeAt(0) === SLASH) return parseOrigin(raw, undefined)
  if (raw === '*' && method === 'OPTIONS') return { path: '*', search: '' }
  const absolute = /^https?:\/\/([^/?#\\@]+)([/?].*)?$/is.exec(raw)
  if (absolute === null) {
    throw new BadRequest('The request target must be a path that starts with "/", or an absolute http or https URL.')
  }
  const rest = absolute[2] ?? ''
  return parseOrigin(rest.startsWith('/') ? rest : `/${rest}`, absolute[1])
}

function parseOrigin(raw: string, authority: string | undefined): Target {
  let end = raw.length
  let coded = false
  let previous = 0
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i)
    if (code === QUESTION_MARK) {
      end = i
      break
    }
    const kind = PATH_CLASS[code]
    if (kind === CODED || (code === DOT && previous === SLASH)) coded = true
    else if (kind !== PLAIN)
      throw new BadRequest(`The path contains ${describe(code)}, which is not allowed there unencoded.`)
    if (code === SLASH && previous === SLASH) throw new BadRequest('The path contains an empty segment ("//").')
    previous = code
  }
  const path = end === raw.length ? raw : raw.slice(0, end)
  const search = end === raw.length ? '' : checkedSearch(raw.slice(end + 1))
  const canonical = coded ? path.split('/').map(canonicalSegment).join('/') : path
  return authority === undefined ? { path: canonical, search } : { path: canonical, search, authority }
}

function canonicalSegment(raw: string): string {
  const segment = raw.includes('%') ? decodeSegment(raw) : raw
  if (segment === '.' || segment === '..') throw new BadRequest('The path contains a dot segment ("." or "..").')
  // encodeURI keeps exactly what a segment may hold, and `/`, which decodeSegment has refused, and the two that would end the path.
  return encodeURI(segment).replaceAll('?', '%3F').replaceAll('#', '%23')
}

function decodeSegment(raw: string): string {
  let segment: string
  try {
    segment = decodeURIComponent(raw)
  } catch {
    throw new BadRequest('The path contains a percent escape that is incomplete or is not UTF-8.')
  }
  const refused = /[\p{Cc}/\\]/u.exec(segment)
  if (refused !== null)
    throw new BadRequest(
      `The path contains ${describe(refused[0].charCodeAt(0))} in encoded form, which is not allowed.`,
    )
  return segment
}

/** Printable ASCII without `#`: browsers leave more unencoded in a query than in a path, and none of it ends the query. */
function checkedSearch(search: string): string {
  const refused = /[^\x21\x22\x24-\x7e]/.exec(search)
  if (refused === null) return search
  throw new BadRequest(
    `The query contains ${describe(refused[0].charCodeAt(0))}, which is not allowed there unencoded.`,
  )
}

function describe(code: number): string {
  if (code === 0x23) return '"#"'
  if (code > 0x20 && code < 0x7f) return `"${String.fromCharCode(code)}"`
  return `the character 0x${code.toString(16).padStart(2, '0')}`
}

function pathClasses(): Uint8Array {
  const classes = new Uint8Array(256)
  const plain = "/-._~!$&'()*+,;=:@ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
  for (const character of plain) classes[character.charCodeAt(0)] = PLAIN
  for (const character of '%[]^|') classes[character.charCodeAt(0)] = CODED
  return classes
}
