import { BadRequest, HeadersTooLarge, MisdirectedRequest } from '../../core/errors/catalogue.ts'
import type { RequestHead } from '../../core/request.ts'
import { canonicalAddress } from './address.ts'
import { readCookie, readCookies } from './cookie.ts'
import { forwardedOrigin, type Origin, type TrustedProxies } from './forwarded.ts'
import { readFraming, type Framing } from './framing.ts'
import { headerOf, headerValuesOf, type HeaderLines } from './header-lines.ts'
import { parseHost, type HostList, type Protocol } from './host.ts'
import type { Limits } from './limits.ts'
import { contentCoding, parseMediaType, type ContentCoding, type MediaType } from './media-type.ts'
import { parseQuery } from './query.ts'
import { parseTarget, type Target } from './target.ts'
import { addField, emptyFields, type Fields } from './urlencoded.ts'

/** What is read of a request: a socket's `IncomingMessage` has it, and so has one made in process. */
export interface HeadSource {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly httpVersionMajor: number
  readonly httpVersionMinor: number
  readonly rawHeaders: readonly string[]
  readonly socket: { readonly remoteAddress?: string | undefined; readonly encrypted?: unknown }
}

export interface HeadOptions {
  readonly hosts: HostList
  /** Absent: forwarded headers are ignored. */
  readonly trustedProxies: TrustedProxies | undefined
  readonly limits: Pick<Limits, 'headerCount' | 'targetBytes' | 'queryFields'>
  /** Paths that probes ask for by the address of the machine, which is no name of the app: these are answered whatever host a request names. */
  readonly probes?: ReadonlySet<string>
}

/**
 * Parses and checks the head of a request, once. Node's parser has already refused controls in headers, folded lines, bare LF, repeated
 * or overflowing Content-Length, and Content-Length beside Transfer-Encoding (`head.socket.test.ts` holds it to that).
 *
 * After an error of this function the connection must be closed: where one request ends and the next begins may be unclear.
 *
 * @throws BadRequest, HeadersTooLarge, NotImplemented (Transfer-Encoding), ExpectationFailed, MisdirectedRequest, UriTooLong.
 */
export function parseHead(req: HeadSource, id: string, options: HeadOptions): Head {
  const raw = req.rawHeaders
  if (raw.length > options.limits.headerCount * 2)
    throw new HeadersTooLarge(`The request has more than ${options.limits.headerCount} headers.`)
  if (req.httpVersionMajor !== 1) throw new BadRequest('Only HTTP/1.1 and HTTP/1.0 are spoken here.')
  const framing = readFraming(raw, req.httpVersionMinor)
  const method = req.method!
  const target = parseTarget(req.url!, method, options.limits.targetBytes)
  return new Head({
    id,
    method,
    target,
    raw,
    framing,
    origin: originOf(req, framing, target, options),
    queryLimit: options.limits.queryFields,
  })
}

function originOf(req: HeadSource, framing: Framing, target: Target, options: HeadOptions): Origin {
  const { trustedProxies } = options
  const { socket } = req
  const protocol: Protocol = socket.encrypted === true ? 'https' : 'http'
  const remote = socket.remoteAddress
  const direct: Origin = { address: remote ?? '', protocol, host: framing.host }
  if (target.authority !== undefined) checkAuthority(target.authority, framing.host)
  const origin =
    trustedProxies === undefined
      ? direct
      : forwardedOrigin(
          { ...direct, address: canonicalAddress(direct.address) ?? '' },
          (name) => headerOf(req.rawHeaders, name),
          trustedProxies,
        )
  if (origin.host !== framing.host) parseHost(framing.host)
  return { address: origin.address, protocol: origin.protocol, host: knownHost(origin, target, options) }
}

/** Of a probe that names another host, nothing of the name is taken on: whoever asks for the host is told this machine's. */
function knownHost({ host, protocol }: Origin, { path }: Target, { hosts, probes }: HeadOptions): string {
  try {
    return hosts.check(host, protocol)
  } catch (error) {
    if (error instanceof MisdirectedRequest && probes?.has(path) === true) return 'localhost'
    throw error
  }
}

function checkAuthority(authority: string, host: string): void {
  const named = parseHost(authority)
  const header = parseHost(host)
  if (named.name !== header.name || named.port !== header.port)
    throw new BadRequest('The request target names another host than the Host header.')
}

interface HeadParts {
  readonly id: string
  readonly method: string
  readonly target: Target
  readonly raw: HeaderLines
  readonly framing: Framing
  readonly origin: Origin
  readonly queryLimit: number
}

/** The head of one request. Cookies, media type and other headers are looked up when asked for, in the lines as received. */
export class Head implements RequestHead {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly search: string
  readonly protocol: Protocol
  readonly host: string
  /** Bytes of the body, where announced. */
  readonly contentLength: number | undefined
  /** The body comes in chunks of unknown number. */
  readonly chunked: boolean
  /** The client waits for `100 Continue` before it sends the body: write it only once the body is wanted. */
  readonly expectsContinue: boolean
  trustedOrigin: string | undefined
  private readonly raw: HeaderLines
  private readonly peer: string
  private canonicalPeer: string | undefined
  private readonly queryLimit: number
  private query: Fields | undefined
  private mediaType: MediaType | undefined

  constructor({ id, method, target, raw, framing, origin, queryLimit }: HeadParts) {
    this.id = id
    this.method = method
    this.path = target.path
    this.search = target.search
    this.protocol = origin.protocol
    this.host = origin.host
    this.peer = origin.address
    this.canonicalPeer = undefined
    this.contentLength = framing.contentLength
    this.chunked = framing.chunked
    this.expectsContinue = framing.expectsContinue
    this.trustedOrigin = undefined
    this.raw = raw
    this.queryLimit = queryLimit
    this.query = undefined
    this.mediaType = undefined
  }

  /** A mounted app's head says otherwise. */
  get basePath(): string {
    return ''
  }

  /** The client's IP address in its one spelling, which few handlers ask for; empty on a unix socket. */
  get address(): string {
    this.canonicalPeer ??= canonicalAddress(this.peer) ?? ''
    return this.canonicalPeer
  }

  /** Whether there is a body to read; `Content-Length: 0` is none. */
  get hasBody(): boolean {
    return this.chunked || (this.contentLength !== undefined && this.contentLength > 0)
  }

  /** @throws UnsupportedMediaType where the header is not a media type. */
  get contentType(): MediaType | undefined {
    if (this.mediaType === undefined) {
      const raw = headerOf(this.raw, 'content-type')
      if (raw !== undefined) this.mediaType = parseMediaType(raw)
    }
    return this.mediaType
  }

  /** @throws UnsupportedMediaType for a coding that is not understood. */
  get contentCoding(): ContentCoding {
    return contentCoding(headerOf(this.raw, 'content-encoding'))
  }

  header(name: string): string | undefined {
    return headerOf(this.raw, name)
  }

  headerValues(name: string): readonly string[] {
    return headerValuesOf(this.raw, name)
  }

  /** Every parameter of the query, decoded; one sent more than once as a list. @throws BadRequest where it is malformed or has too many. */
  queryFields(): Fields {
    this.query ??= parseQuery(this.search, this.queryLimit)
    return this.query
  }

  queryValues(name: string): readonly string[] {
    const value = this.queryFields()[name]
    if (value === undefined) return []
    return typeof value === 'string' ? [value] : value
  }

  /** Every header by its lower-case name; one sent more than once as a list. */
  headerFields(): Fields {
    const fields = emptyFields()
    for (let i = 0; i < this.raw.length; i += 2) addField(fields, this.raw[i]!.toLowerCase(), this.raw[i + 1]!)
    return fields
  }

  /** Every cookie by name; one sent with several values as a list. @throws BadRequest where a value has controls. */
  cookies(): Fields {
    const header = headerOf(this.raw, 'cookie')
    return header === undefined ? emptyFields() : readCookies(header)
  }

  /** @throws BadRequest where the cookie is sent twice with different values. */
  cookie(name: string): string | undefined {
    const header = headerOf(this.raw, 'cookie')
    return header === undefined ? undefined : readCookie(header, name)
  }
}
