import { isIPv4 } from 'node:net'
import { BadRequest, MisdirectedRequest } from '../../core/errors/catalogue.ts'
import { canonicalAddress } from './address.ts'

/** A host as the Host header names it: parsed once, in lower case, an IPv6 address in brackets. */
export interface Host {
  readonly name: string
  readonly port: number | undefined
}

export type Protocol = 'http' | 'https'

/** What is served in development where nothing is configured: this machine by any of its own names. */
export const DEVELOPMENT_HOSTS: readonly string[] = ['localhost', '*.localhost', '127.0.0.1', '[::1]']

/** A label of a DNS name; `_` is not one, but names of containers and Windows machines have it. */
const REGISTERED_NAME = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/
/** The last label decides whether browsers read an IPv4 address, in decimal, octal or hexadecimal. */
const ENDS_IN_NUMBER = /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/

/**
 * Parses a host with an optional port.
 *
 * @throws BadRequest for anything but a DNS name, a dotted IPv4 address or a bracketed IPv6 address: no user info, escapes, trailing
 * dot, zone, or IPv4 in octal, hexadecimal or shortened form.
 * @see RFC 9110 section 7.2
 */
export function parseHost(raw: string): Host {
  const parts = raw.length <= 261 ? /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::([0-9]{1,5}))?$/.exec(raw.toLowerCase()) : null
  const name = parts === null ? undefined : canonicalName(parts[1]!)
  const port = parts?.[2] === undefined ? undefined : Number(parts[2])
  if (name === undefined || (port !== undefined && (port < 1 || port > 65_535))) {
    throw new BadRequest('The Host header is not a valid host with an optional port.')
  }
  return { name, port }
}

function canonicalName(name: string): string | undefined {
  if (name.startsWith('[')) {
    const address = name.includes(':') ? canonicalAddress(name.slice(1, -1)) : undefined
    // An IPv4-mapped address is IPv4 from here on, as it is everywhere else.
    return address === undefined || isIPv4(address) ? address : `[${address}]`
  }
  if (ENDS_IN_NUMBER.test(name)) return isIPv4(name) ? name : undefined
  return name.length <= 253 && REGISTERED_NAME.test(name) ? name : undefined
}

/** The hosts an app answers for. */
export interface HostList {
  readonly patterns: readonly string[]
  /**
   * The canonical `name[:port]` of a Host header, without the protocol's own port.
   *
   * @throws BadRequest where it is not valid, MisdirectedRequest (421) where it is not on the list.
   */
  check(raw: string, protocol: Protocol): string
}

/** Hosts that passed are remembered so that each is parsed once; a wildcard could let a client fill memory, so no more than these. */
const REMEMBERED_HOSTS = 256

/**
 * An allow-list of hosts: `example.com` (any port), `example.com:8443` (that port), `*.example.com` (any name below it, not itself).
 *
 * @throws RangeError for an empty list, `*` alone, or a pattern that is not a host.
 */
export function hostList(patterns: readonly string[]): HostList {
  if (patterns.length === 0)
    throw new RangeError(
      'The list of allowed hosts is empty: name the hosts this app is reached by, such as ["api.example.com"].',
    )
  const matchers = patterns.map(compilePattern)
  const remembered = { http: new Map<string, string>(), https: new Map<string, string>() }
  return {
    patterns,
    check(raw, protocol) {
      const known = remembered[protocol].get(raw)
      if (known !== undefined) return known
      const host = parseHost(raw)
      if (!matchers.some((matches) => matches(host, protocol))) {
        throw new MisdirectedRequest('The host this request names is not one of the hosts this app answers for.')
      }
      const canonical = formatHost(host, protocol)
      if (remembered[protocol].size < REMEMBERED_HOSTS) remembered[protocol].set(raw, canonical)
      return canonical
    },
  }
}

/** `name:port`, or `name` where the port is the protocol's own. */
export function formatHost({ name, port }: Host, protocol: Protocol): string {
  return port === undefined || port === defaultPort(protocol) ? name : `${name}:${port}`
}

const defaultPort = (protocol: Protocol): number => (protocol === 'https' ? 443 : 80)

function compilePattern(pattern: string): (host: Host, protocol: Protocol) => boolean {
  const wildcard = pattern.startsWith('*.')
  const { name, port } = parsePattern(pattern, wildcard ? pattern.slice(2) : pattern)
  const suffix = `.${name}`
  return (host, protocol) =>
    (wildcard ? host.name.endsWith(suffix) : host.name === name) &&
    (port === undefined || port === (host.port ?? defaultPort(protocol)))
}

function parsePattern(pattern: string, host: string): Host {
  try {
    return parseHost(host)
  } catch {
    throw new RangeError(
      `${JSON.stringify(pattern)} is not an allowed host: write "example.com", "example.com:8443", "*.example.com", "127.0.0.1" or "[::1]".`,
    )
  }
}
