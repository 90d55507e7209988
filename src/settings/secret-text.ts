import { z } from 'zod'
import { Secret } from '../core/secret.ts'
import { secret as markSecret } from '../schema/secret.ts'
import { developmentTexts } from './in-development.ts'
import { examples } from './variables.ts'

/** What a secret must be. */
export interface SecretOptions {
  /** Bytes of UTF-8 at least. Default 1. A key for HS256 has 32. */
  readonly minBytes?: number
  /** What stands for it outside of production, where it is not set. In production it is refused, even where somebody sets that value. */
  readonly development?: string
}

/**
 * A setting that cannot be shown: its value is a {@link Secret}, which logs, JSON and texts have as `[redacted]`.
 *
 * @example
 * const config = settings(z.object({ apiKey: secretText({ minBytes: 8 }) }), { env: { API_KEY: 'sk_live_4711' } })
 * `${config.apiKey}`   // => '[redacted]'
 * config.apiKey.reveal()   // => 'sk_live_4711'
 * @throws RangeError where the value for development is shorter than `minBytes`.
 */
export function secretText({ minBytes = 1, development }: SecretOptions = {}): z.ZodType<Secret, string> {
  if (development !== undefined && Buffer.byteLength(development) < minBytes)
    throw new RangeError(`secretText({ development }) has fewer than the ${minBytes} bytes that minBytes asks for.`)
  const text = z
    .string()
    .refine((value) => Buffer.byteLength(value) >= minBytes, { error: `Input should have at least ${minBytes} bytes` })
    .refine((value) => development === undefined || value !== development || process.env['NODE_ENV'] !== 'production', {
      error: 'Input should be another than the value for development, which everybody can read in the code',
    })
    .transform((value) => new Secret(value))
  const schema = examples.add(markSecret(text), minBytes >= 16 ? `$(openssl rand -base64 ${minBytes})` : '…')
  return development === undefined ? schema : developmentTexts.add(schema, development)
}
