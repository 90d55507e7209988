import { z } from 'zod'

/** Limits of bytes in JSON. */
export interface BytesOptions {
  /** Most bytes accepted, counted after decoding. Default: only the body's limit. */
  readonly max?: number
}

/**
 * Bytes: a base64 string (RFC 4648 section 4, padded) on the wire, a `Uint8Array` in the code.
 *
 * @example
 * const Upload = z.object({ digest: base64Bytes({ max: 32 }) })
 * z.encode(Upload, { digest: new Uint8Array([1, 2, 3]) })   // => { digest: 'AQID' }
 */
export function bytes(options: BytesOptions = {}) {
  const { max } = options
  const wire = max === undefined ? z.base64() : z.base64().max(Math.ceil(max / 3) * 4)
  const value = z.instanceof(Uint8Array)
  const limited =
    max === undefined ? value : value.refine((each) => each.length <= max, `Bytes should have at most ${max} bytes`)
  return z.codec(wire, limited, {
    decode: (text) => Uint8Array.from(Buffer.from(text, 'base64')),
    encode: (each) => Buffer.from(each.buffer, each.byteOffset, each.byteLength).toString('base64'),
  })
}
