import type { AccountsCore } from '../core/accounts-core.ts'

/** Passkeys (WebAuthn). They need the package `@simplewebauthn/server`. */
export interface PasskeyOptions {
  /** The domain that passkeys belong to: the host of every origin, or what it ends with. Default: the host of the accounts' origin. */
  readonly rpId?: string
  /** What authenticators call the app. Default: the app's name. */
  readonly rpName?: string
  /** Where pages may ask for passkeys, such as `https://app.example.com`. Default: the accounts' origin. */
  readonly origins?: readonly string[]
}

/** Of {@link secondFactors}. */
export interface SecondFactorOptions {
  /** Codes of authenticator apps. Default `true`; `issuer` is what the apps call this one, by default its name. */
  readonly totp?: boolean | { readonly issuer?: string }
  /** Ten codes to print, given with the first factor. Default `true`. */
  readonly recoveryCodes?: boolean
  /** Default: no passkeys. `{}` takes them with the defaults. */
  readonly passkeys?: PasskeyOptions
}

/** Where passkeys belong to, checked. */
export interface RelyingParty {
  readonly id: string
  readonly name: string
  readonly origins: readonly string[]
}

/** @throws TypeError where browsers would refuse it: WebAuthn Level 3, section 5.1.2, and RFC 6454. */
export function relyingParty({ origin, appName }: AccountsCore, options: PasskeyOptions): RelyingParty {
  const { rpId = new URL(origin).hostname, rpName = appName, origins = [origin] } = options
  if (isAddress(rpId) || !URL.canParse(`https://${rpId}`) || new URL(`https://${rpId}`).hostname !== rpId)
    throw new TypeError(
      `secondFactors({ passkeys: { rpId } }): a domain, such as "example.com" or "localhost"; got ${JSON.stringify(rpId)}. Browsers keep no passkeys for addresses.`,
    )
  if (origins.length === 0) throw new TypeError('secondFactors({ passkeys: { origins } }): at least one origin.')
  for (const each of origins) checkOrigin(each, rpId)
  return { id: rpId, name: rpName, origins }
}

function checkOrigin(origin: string, rpId: string): void {
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  const isSecure = url?.protocol === 'https:' || (url?.protocol === 'http:' && url.hostname === 'localhost')
  const isOfRp = url !== undefined && (url.hostname === rpId || url.hostname.endsWith(`.${rpId}`))
  if (isSecure && isOfRp && url.origin === origin) return
  throw new TypeError(
    `secondFactors({ passkeys: { origins } }): an origin with https, or http://localhost, whose host is ${JSON.stringify(rpId)} or ends with it; got ${JSON.stringify(origin)}.`,
  )
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':') || host.startsWith('[')
}
