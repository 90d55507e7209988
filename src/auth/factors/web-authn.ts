import type * as simpleWebAuthn from '@simplewebauthn/server'
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { dependency } from '../../core/dependency.ts'
import type { Logger } from '../../core/request.ts'
import type { OfApp } from '../core/accounts-core.ts'
import { InvalidSecondFactor } from '../core/errors.ts'
import type { UserId } from '../identity.ts'
import type { Assertion, Attestation, CreationOptions, RequestOptions } from './credential-schemas.ts'
import type { FactorRow } from './factor-rows.ts'
import type { RelyingParty } from './options.ts'

type Library = typeof simpleWebAuthn

/** How long a ceremony may take; its challenge holds as long. */
export const CEREMONY_SECONDS = 300

/** EdDSA, ES256 and RS256, as COSE numbers them: what authenticators have, and Node verifies without an experiment. */
const ALGORITHMS = [-8, -7, -257]

/** What a passkey has shown when it was made. */
export interface NewPasskey {
  readonly credentialId: string
  /** COSE, as base64url. */
  readonly publicKey: string
  readonly counter: number
  readonly details: Readonly<Record<string, unknown>>
}

/** The two ceremonies of WebAuthn, for one relying party. */
export interface WebAuthn {
  creationOptions(
    user: { readonly id: UserId; readonly name: string },
    challenge: string,
    registered: readonly FactorRow[],
  ): Promise<CreationOptions>
  /** @throws InvalidSecondFactor where it was not made for this challenge and here. */
  created(credential: z.infer<typeof Attestation>, challenge: string): Promise<NewPasskey>
  requestOptions(challenge: string, allowed: readonly FactorRow[] | undefined): Promise<RequestOptions>
  /**
   * The signature counter of what this passkey has signed.
   *
   * @param isOnly - Whether nothing else says who it is: then the authenticator must have verified its user, and named them.
   * @throws InvalidSecondFactor
   */
  signed(
    credential: z.infer<typeof Assertion>,
    by: { readonly passkey: FactorRow; readonly challenge: string; readonly isOnly: boolean },
  ): Promise<number>
}

/** Loaded when the app starts, so that what is missing is missed then. */
export function webAuthnDependency(rp: RelyingParty): OfApp<WebAuthn> {
  return dependency(
    { name: 'accounts.webAuthn', scope: 'app' },
    async ({ log }): Promise<WebAuthn> => new RelyingPartyCeremonies(await load(), rp, log),
  )
}

async function load(): Promise<Library> {
  try {
    return await import('@simplewebauthn/server')
  } catch (error) {
    throw new Error(
      'secondFactors({ passkeys }) needs the package @simplewebauthn/server: npm install @simplewebauthn/server',
      { cause: error },
    )
  }
}

class RelyingPartyCeremonies implements WebAuthn {
  readonly #library: Library
  readonly #rp: RelyingParty
  readonly #log: Logger

  constructor(library: Library, rp: RelyingParty, log: Logger) {
    this.#library = library
    this.#rp = rp
    this.#log = log
  }

  async creationOptions(
    { id, name }: { readonly id: UserId; readonly name: string },
    challenge: string,
    registered: readonly FactorRow[],
  ): Promise<CreationOptions> {
    const options = await this.#library.generateRegistrationOptions({
      rpName: this.#rp.name,
      rpID: this.#rp.id,
      userName: name,
      userDisplayName: name,
      userID: this.#handleOf(id),
      challenge: bytesOf(challenge),
      timeout: CEREMONY_SECONDS * 1000,
      supportedAlgorithmIDs: ALGORITHMS,
      excludeCredentials: registered.map(described),
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
    })
    // Plain JSON, whatever the library types it as.
    return options as unknown as CreationOptions
  }

  async created(credential: z.infer<typeof Attestation>, challenge: string): Promise<NewPasskey> {
    const { verified, registrationInfo } = await this.#refusing(() =>
      this.#library.verifyRegistrationResponse({
        response: credential as unknown as simpleWebAuthn.RegistrationResponseJSON,
        expectedChallenge: challenge,
        expectedOrigin: [...this.#rp.origins],
        expectedRPID: this.#rp.id,
        requireUserVerification: false,
        supportedAlgorithmIDs: ALGORITHMS,
      }),
    )
    if (!verified) throw new InvalidSecondFactor()
    const { credential: made, aaguid, credentialDeviceType, credentialBackedUp } = registrationInfo
    return {
      credentialId: made.id,
      publicKey: Buffer.from(made.publicKey).toString('base64url'),
      counter: made.counter,
      details: {
        aaguid,
        deviceType: credentialDeviceType,
        backedUp: credentialBackedUp,
        transports: credential.response.transports ?? [],
      },
    }
  }

  async requestOptions(challenge: string, allowed: readonly FactorRow[] | undefined): Promise<RequestOptions> {
    const options = await this.#library.generateAuthenticationOptions({
      rpID: this.#rp.id,
      challenge: bytesOf(challenge),
      timeout: CEREMONY_SECONDS * 1000,
      userVerification: allowed === undefined ? 'required' : 'preferred',
      ...(allowed !== undefined && { allowCredentials: allowed.map(described) }),
    })
    return options as unknown as RequestOptions
  }

  async signed(
    credential: z.infer<typeof Assertion>,
    {
      passkey,
      challenge,
      isOnly,
    }: { readonly passkey: FactorRow; readonly challenge: string; readonly isOnly: boolean },
  ): Promise<number> {
    this.#checkHandle(credential.response.userHandle ?? undefined, passkey, isOnly)
    const { verified, authenticationInfo } = await this.#refusing(() =>
      this.#library.verifyAuthenticationResponse({
        response: credential as unknown as simpleWebAuthn.AuthenticationResponseJSON,
        expectedChallenge: challenge,
        expectedOrigin: [...this.#rp.origins],
        expectedRPID: this.#rp.id,
        credential: storedCredential(passkey),
        requireUserVerification: isOnly,
      }),
    )
    if (!verified) throw new InvalidSecondFactor()
    return authenticationInfo.newCounter
  }

  /** WebAuthn Level 3, section 7.2, step 6: the user whom the authenticator names is the owner of the passkey. */
  #checkHandle(handle: string | undefined, { userId }: FactorRow, isRequired: boolean): void {
    if (handle === undefined && !isRequired) return
    if (handle !== Buffer.from(this.#handleOf(userId)).toString('base64url')) throw new InvalidSecondFactor()
  }

  /** Says nothing about the user (section 14.6.1), and is the same for all passkeys of one. */
  #handleOf(id: UserId): Uint8Array<ArrayBuffer> {
    return new Uint8Array(createHash('sha256').update(`ashlar passkey ${this.#rp.id} ${id}`).digest())
  }

  /** The library throws for whatever is not as it should be. Callers are told no more than that; the log has the reason. */
  async #refusing<T>(verify: () => Promise<T>): Promise<T> {
    try {
      return await verify()
    } catch (error) {
      this.#log.warn({ err: error }, 'a passkey was refused')
      throw new InvalidSecondFactor(undefined, { cause: error })
    }
  }
}

function described({ credentialId, details }: FactorRow): { id: string; transports: string[] } {
  const { transports } = details
  return { id: credentialId!, transports: Array.isArray(transports) ? transports.map(String) : [] }
}

function storedCredential({ credentialId, secret, counter }: FactorRow): simpleWebAuthn.WebAuthnCredential {
  return { id: credentialId!, publicKey: bytesOf(secret), counter }
}

function bytesOf(encoded: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(encoded, 'base64url'))
}
