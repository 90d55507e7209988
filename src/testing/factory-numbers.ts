import { createHash } from 'node:crypto'

const RANGE = 2 ** 32

/** Bytes that are the same in every run: SHA-256 of what they are for. */
function bytesFor(purpose: string): Buffer {
  return createHash('sha256').update(purpose).digest()
}

/** Numbers from 0 to below 1, the same in every run: Marsaglia's xorshift with 32 bits. Not for secrets. */
export function numbersFor(purpose: string): () => number {
  // Zero would stay zero.
  let state = bytesFor(purpose).readUInt32LE() || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / RANGE
  }
}

/** A UUID of version 4 in form (RFC 9562, section 5.4), the same in every run. */
export function uuidFor(purpose: string): string {
  const bytes = bytesFor(purpose).subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
