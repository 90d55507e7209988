import proxyAddr from 'proxy-addr'
import { BadRequest } from '../../core/errors/catalogue.ts'
import { canonicalAddress } from './address.ts'
import { parseHost, type Protocol } from './host.ts'

/** Whether the peer with this canonical address is a proxy of ours. */
export type TrustedProxies = (address: string) => boolean

/** Who asks, how and for which host: from the connection, or as a trusted proxy reports it. */
export interface Origin {
  /** As the connection has it, or canonical where a proxy reports it; empty on a unix socket. */
  readonly address: string
  readonly protocol: Protocol
  /** Still to be checked against the allow-list. */
  readonly host: string
}

/** Looks a header up by its lower-case name; several lines are joined by `, `. */
export type HeaderLookup = (name: string) => string | undefined

/**
 * The proxies whose `Forwarded` or `X-Forwarded-*` headers are believed: addresses, CIDR ranges, `loopback`, `linklocal`, `uniquelocal`.
 *
 * @throws TypeError where an entry is none of these.
 */
export function trustedProxies(proxies: readonly string[]): TrustedProxies | undefined {
  if (proxies.length === 0) return undefined
  let trusts: ReturnType<typeof proxyAddr.compile>
  try {
    trusts = proxyAddr.compile([...proxies])
  } catch (cause) {
    throw new TypeError(
      `The trusted proxies ${JSON.stringify(proxies)} have an entry that is not an IP address, a CIDR range, "loopback", "linklocal" or "uniquelocal".`,
      { cause },
    )
  }
  return (address) => trusts(address, 0)
}

/**
 * What a trusted proxy reports about the request, all of it: for, proto, host and port. From any other peer nothing is read.
 *
 * The client's address is the right-most one that is not itself a trusted proxy, because only what trusted proxies have appended is
 * known to be true; proto and host are read at the same position where they have one value per hop.
 *
 * @throws BadRequest for malformed values, and for both families of headers at once: a proxy writes one and passes the other on as the
 * client sent it, so it cannot be known which is true.
 * @see RFC 7239
 */
export function forwardedOrigin(direct: Origin, header: HeaderLookup, trusted: TrustedProxies): Origin {
  if (!trusted(direct.address)) return direct
  const standard = header('forwarded')
  const loose = looseElements(header)
  if (standard === undefined && loose === undefined) return direct
  if (standard !== undefined && loose !== undefined) {
    throw new BadRequest(
      'The request has both Forwarded and X-Forwarded-* headers: let the proxy remove those it does not write.',
    )
  }
  return standard === undefined ? fromLoose(direct, loose!, trusted) : fromStandard(direct, standard, trusted)
}

interface LooseHeaders {
  readonly for: string[] | undefined
  readonly proto: string[] | undefined
  readonly host: string[] | undefined
  readonly port: string[] | undefined
}

function looseElements(header: HeaderLookup): LooseHeaders | undefined {
  const split = (name: string): string[] | undefined =>
    header(name)
      ?.split(',')
      .map((element) => element.trim())
  const loose = {
    for: split('x-forwarded-for'),
    proto: split('x-forwarded-proto'),
    host: split('x-forwarded-host'),
    port: split('x-forwarded-port'),
  }
  return (loose.for ?? loose.proto ?? loose.host ?? loose.port) ? loose : undefined
}

function fromLoose(direct: Origin, loose: LooseHeaders, trusted: TrustedProxies): Origin {
  const addresses = (loose.for ?? []).map((element) => nodeAddress(element) ?? malformed('X-Forwarded-For'))
  const hop = clientHop(addresses, trusted)
  const at = (values: string[] | undefined, name: string): string | undefined => {
    if (values === undefined || values.length === 1) return values?.[0]
    return values.length === addresses.length ? values[hop] : malformed(name)
  }
  const proto = at(loose.proto, 'X-Forwarded-Proto')
  const host = at(loose.host, 'X-Forwarded-Host')
  const port = at(loose.port, 'X-Forwarded-Port')
  return {
    address: addresses[hop] ?? direct.address,
    protocol: proto === undefined ? direct.protocol : protocolOf(proto, 'X-Forwarded-Proto'),
    host: withPort(host ?? direct.host, port),
  }
}

/** The position of the client among the hops: the right-most that is not a trusted proxy, else the left-most. */
function clientHop(addresses: readonly string[], trusted: TrustedProxies): number {
  for (let i = addresses.length - 1; i > 0; i--) if (!trusted(addresses[i]!)) return i
  return 0
}

function withPort(host: string, port: string | undefined): string {
  if (port === undefined) return host
  if (!/^[1-9][0-9]{0,4}$/.test(port)) return malformed('X-Forwarded-Port')
  const { name, port: named } = parseHost(host)
  return `${name}:${named ?? port}`
}

function protocolOf(value: string, name: string): Protocol {
  const protocol = value.toLowerCase()
  return protocol === 'http' || protocol === 'https' ? protocol : malformed(name)
}

/** `192.0.2.1`, `192.0.2.1:5000`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:5000`. */
function nodeAddress(element: string): string | undefined {
  const bracketed = /^\[([0-9a-f:.]+)\](?::[0-9]{1,5})?$/i.exec(element)
  const withPort = /^([0-9.]+):[0-9]{1,5}$/.exec(element)
  return canonicalAddress(bracketed?.[1] ?? withPort?.[1] ?? element)
}

type Element = Record<string, string>

function fromStandard(direct: Origin, value: string, trusted: TrustedProxies): Origin {
  const elements = parseForwarded(value)
  // A hop may hide itself ("unknown", "_name"): it is then no trusted proxy, and its address is not known.
  const addresses = elements.map((element) => (element['for'] === undefined ? '' : forNode(element['for'])))
  const hop = clientHop(addresses, trusted)
  const element = elements[hop]!
  return {
    address: addresses[hop] || direct.address,
    protocol: element['proto'] === undefined ? direct.protocol : protocolOf(element['proto'], 'Forwarded'),
    host: element['host'] ?? direct.host,
  }
}

function forNode(node: string): string {
  if (/^(?:unknown|_[a-z0-9._-]+)(?::(?:[0-9]{1,5}|_[a-z0-9._-]+))?$/i.test(node)) return ''
  return nodeAddress(node) ?? malformed('Forwarded')
}

const PAIR = /\s*([!#$%&'*+.^_`|~0-9a-z-]+)=(?:([!#$%&'*+.^_`|~0-9a-z-]+)|"((?:[^"\\\r\n]|\\.)*)")\s*([;,]|$)/iy

function parseForwarded(value: string): Element[] {
  const elements: Element[] = []
  let element: Element = Object.create(null) as Element
  const pair = new RegExp(PAIR)
  while (pair.lastIndex < value.length) {
    const match = pair.exec(value)
    if (match === null) return malformed('Forwarded')
    const name = match[1]!.toLowerCase()
    if (element[name] !== undefined) return malformed('Forwarded')
    element[name] = match[2] ?? match[3]!.replaceAll(/\\(.)/g, '$1')
    if (match[4] !== ';') {
      elements.push(element)
      element = Object.create(null) as Element
    }
    if (match[4] === '') return elements
  }
  // Ends in a separator, or is empty.
  return malformed('Forwarded')
}

function malformed(name: string): never {
  throw new BadRequest(`The ${name} header is malformed.`)
}
