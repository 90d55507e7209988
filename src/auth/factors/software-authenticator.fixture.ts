import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import type { CreationOptions, RequestOptions } from './credential-schemas.ts'

type Cbor = number | string | Uint8Array | ReadonlyMap<number | string, Cbor>

/** RFC 8949, as much of it as credentials need. */
function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value])
  const entries = [...value]
  return Buffer.concat([head(5, entries.length), ...entries.flatMap(([key, each]) => [cbor(key), cbor(each)])])
}

function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length])
  if (length < 256) return Buffer.from([(major << 5) | 24, length])
  const long = Buffer.from([(major << 5) | 25, 0, 0])
  long.writeUInt16BE(length, 1)
  return long
}

interface Credential {
  readonly id: Buffer
  readonly key: KeyObject
  readonly publicKey: Buffer
  readonly userHandle: string
}

/** What a page, or somebody who is none, makes of a request. */
interface Twisted {
  readonly origin?: string
  readonly rpId?: string
  readonly challenge?: string
  readonly userHandle?: string | null
  readonly type?: string
  readonly crossOrigin?: boolean
  /** Whether the user was asked for a PIN or a finger. Default `true`. */
  readonly verified?: boolean
  readonly counter?: number
}

const PRESENT = 0x01
const VERIFIED = 0x04
const ATTESTED = 0x40

/** An authenticator with one passkey (ES256), and the browser around it. It does whatever it is told. */
export class SoftwareAuthenticator {
  readonly #origin: string
  #credential: Credential | undefined
  #counter = 0

  constructor(origin: string) {
    this.#origin = origin
  }

  /** `navigator.credentials.create()`, with the attestation format "none". */
  create(options: CreationOptions, twisted: Twisted = {}) {
    const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { x, y } = publicKey.export({ format: 'jwk' }) as { readonly x: string; readonly y: string }
    const cose = new Map<number, Cbor>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ])
    const id = randomBytes(32)
    this.#credential = { id, key, publicKey: cbor(cose), userHandle: options.user.id }
    const length = Buffer.from([0, id.length])
    const attested = Buffer.concat([Buffer.alloc(16), length, id, this.#credential.publicKey])
    const authData = Buffer.concat([this.#authData(twisted.rpId ?? options.rp.id, ATTESTED, twisted), attested])
    const attestation = new Map<string, Cbor>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', authData],
    ])
    return {
      ...this.#identified(),
      response: {
        clientDataJSON: this.#clientData('webauthn.create', options.challenge, twisted).toString('base64url'),
        attestationObject: cbor(attestation).toString('base64url'),
        transports: ['internal'],
      },
    }
  }

  /** `navigator.credentials.get()`. */
  get(options: RequestOptions, twisted: Twisted = {}) {
    const { key, userHandle } = this.#credential!
    this.#counter++
    const authData = this.#authData(twisted.rpId ?? options.rpId, 0, twisted)
    const clientData = this.#clientData('webauthn.get', options.challenge, twisted)
    const signed = Buffer.concat([authData, createHash('sha256').update(clientData).digest()])
    const handle = twisted.userHandle === undefined ? userHandle : twisted.userHandle
    return {
      ...this.#identified(),
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: sign('sha256', signed, key).toString('base64url'),
        ...(handle !== null && { userHandle: handle }),
      },
    }
  }

  /** The same keys with a counter of their own. */
  clone(): SoftwareAuthenticator {
    const copy = new SoftwareAuthenticator(this.#origin)
    copy.#credential = this.#credential
    copy.#counter = this.#counter
    return copy
  }

  #identified() {
    const id = this.#credential!.id.toString('base64url')
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {} }
  }

  #authData(rpId: string, flags: number, { verified = true, counter = this.#counter }: Twisted): Buffer {
    const all = flags | PRESENT | (verified ? VERIFIED : 0)
    const rest = Buffer.alloc(5)
    rest.writeUInt8(all, 0)
    rest.writeUInt32BE(counter, 1)
    return Buffer.concat([createHash('sha256').update(rpId).digest(), rest])
  }

  #clientData(type: string, challenge: string, twisted: Twisted): Buffer {
    const { origin = this.#origin, crossOrigin = false } = twisted
    return Buffer.from(
      JSON.stringify({
        type: twisted.type ?? type,
        challenge: twisted.challenge ?? challenge,
        origin,
        crossOrigin,
      }),
    )
  }
}
