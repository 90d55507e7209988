import { createPrivateKey } from 'node:crypto'
import type { TokenOptions } from '../../core/options.ts'
import { publicKey, secretKey, type JwtAlgorithm } from '../../jwt/key.ts'
import { asymmetricKey, type SigningKey } from './signing-key.ts'

/** The keys of the app's tokens, as one process has them. */
export interface KeyRing {
  readonly algorithm: JwtAlgorithm
  /** What a token may name, whichever key it says. */
  readonly algorithms: readonly JwtAlgorithm[]
  /** The one that signs now. */
  current(): SigningKey
  /** By the name that a token gives: at most looked up among our own. */
  find(kid: string | undefined): Promise<SigningKey | undefined>
  /** All that others may meet in tokens, and those they soon will. */
  published(): readonly SigningKey[]
}

/** How the app signs, worked out of the options. */
export type Signing =
  | { readonly type: 'fixed'; readonly ring: Promise<KeyRing> }
  | { readonly type: 'stored'; readonly algorithm: 'EdDSA' | 'ES256'; readonly rotateAfterDays: number }

const ROTATE_AFTER_DAYS = 90

/** @throws TypeError where the secret is too short, the key does not go with the algorithm, or the days are no number above 0. */
export function signingOf(signing: TokenOptions['signing'] = { algorithm: 'EdDSA' }): Signing {
  if ('secret' in signing) return { type: 'fixed', ring: Promise.resolve(secretRing(signing.secret)) }
  if ('privateKey' in signing) return { type: 'fixed', ring: ownKeyRing(signing) }
  const { algorithm, rotateAfterDays = ROTATE_AFTER_DAYS } = signing
  if (algorithm !== 'EdDSA' && algorithm !== 'ES256')
    throw new TypeError(`accounts({ tokens: { signing } }): the algorithm is EdDSA or ES256; got ${String(algorithm)}.`)
  if (!(rotateAfterDays > 0))
    throw new TypeError(
      `accounts({ tokens: { signing } }): rotateAfterDays is a number above 0; got ${rotateAfterDays}.`,
    )
  return { type: 'stored', algorithm, rotateAfterDays }
}

function secretRing(secret: string | Uint8Array): KeyRing {
  const { key } = secretKey(secret)
  return ringOf({ kid: undefined, algorithm: 'HS256', sign: key, verify: key, jwk: undefined })
}

type OwnKey = Extract<NonNullable<TokenOptions['signing']>, { readonly privateKey: unknown }>

function ownKeyRing({ privateKey, algorithm }: OwnKey): Promise<KeyRing> {
  const key = typeof privateKey === 'string' ? createPrivateKey(privateKey) : privateKey
  const { algorithms } = publicKey(key, algorithm === undefined ? undefined : [algorithm])
  return asymmetricKey(key, algorithms[0]!).then(ringOf)
}

/** Of one key, which stays. */
function ringOf(key: SigningKey): KeyRing {
  return {
    algorithm: key.algorithm,
    algorithms: [key.algorithm],
    current: () => key,
    find: (kid) => Promise.resolve(kid === key.kid ? key : undefined),
    published: () => (key.jwk === undefined ? [] : [key]),
  }
}
