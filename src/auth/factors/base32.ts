/** RFC 4648 section 6. */
const RFC_4648 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Bytes as base32 without padding, in the alphabet of authenticator apps or another one of 32 signs. */
export function base32(bytes: Uint8Array, alphabet: string = RFC_4648): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map((group) => alphabet[Number.parseInt(group.padEnd(5, '0'), 2)]).join('')
}
