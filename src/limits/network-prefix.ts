/** RFC 6177: what one place on the IPv6 internet is given at least. */
const GROUPS_OF_A_NETWORK = 4

/**
 * Whose address this is, as far as an address tells: an IPv4 address itself, of an IPv6 address its /64, since who has one address of it has all.
 * Empty where there is no address, as on a unix socket.
 *
 * @param address - In canonical form, as the head of a request has it: IPv4-mapped IPv6 is IPv4 there, and there is no zone.
 */
export function networkPrefix(address: string): string {
  if (!address.includes(':')) return address
  const [before = '', after] = address.split('::')
  const left = groupsOf(before)
  const missing = after === undefined ? 0 : 8 - left.length - groupsOf(after).length
  const groups = [...left, ...Array<string>(missing).fill('0'), ...groupsOf(after ?? '')]
  return `${groups.slice(0, GROUPS_OF_A_NETWORK).join(':')}::/64`
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':')
}
