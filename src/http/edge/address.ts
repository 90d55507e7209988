import { isIPv4, isIPv6 } from 'node:net'

/**
 * One spelling per IP address: IPv6 compressed and in lower case (RFC 5952), an IPv4-mapped IPv6 address as IPv4, no zone.
 * `undefined` for what is not an address; octal, hexadecimal and shortened IPv4 are not.
 */
export function canonicalAddress(raw: string): string | undefined {
  // What a dual-stack socket reports for every IPv4 client: the common case, and no parsing needed.
  const plain = raw.startsWith('::ffff:') ? raw.slice(7) : raw
  if (isIPv4(plain)) return plain
  const zone = raw.indexOf('%')
  const address = zone === -1 ? raw : raw.slice(0, zone)
  if (!isIPv6(address)) return undefined
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical)
  return mapped === null ? canonical : [...bytesOf(mapped[1]!), ...bytesOf(mapped[2]!)].join('.')
}

function bytesOf(group: string): [number, number] {
  const value = Number.parseInt(group, 16)
  return [value >> 8, value & 0xff]
}
