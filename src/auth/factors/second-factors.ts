import { extensible, type ExtensibleRouter } from '../../core/extensible-router.ts'
import { router, type RouterChildren } from '../../core/router.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import { noStore } from '../core/no-store.ts'
import { codeLogIn, codeReauthentication } from './code-operations.ts'
import { listFactors } from './list.ts'
import { relyingParty, type SecondFactorOptions } from './options.ts'
import { factorParts, type FactorParts } from './parts.ts'
import { passkeyLogIn, passkeyReauthentication } from './passkey-log-in.ts'
import { passkeyOperations, type PasskeyParts } from './passkey-operations.ts'
import { recoveryOperations } from './recovery-operations.ts'
import { resetFactors } from './reset.ts'
import { totpOperations } from './totp-operations.ts'
import { webAuthnDependency } from './web-authn.ts'

/**
 * Adds second factors to accounts: codes of authenticator apps (TOTP), recovery codes, and passkeys, which also log in alone. Who has one is asked for it at
 * every log-in, whatever the first factor was; until it is shown there is a challenge and no session. Operations stand below `/auth`.
 *
 * Codes have 6 digits and 30 s, one step to either side, and one use. Recovery codes have 80 bits, are kept as hashes and have one use. A challenge takes 5
 * attempts, an account 5 in 15 minutes. The first factor ends all other sessions of the account; adding and removing needs a log-in of the last 5 minutes.
 *
 * @example
 * const users = pgTable('users', userColumns())
 * const authTables = accountTables(users)
 * const db = database({ schema: { users, ...authTables } })
 * const auth = accounts({ database: db, users, tables: authTables })
 * const factors = secondFactors(auth, { passkeys: { rpName: 'Blog' } })
 * createApp({ title: 'Blog', version: '1.0.0', auth, database: db, api: router('', { auth: auth.api, factors }) })
 * @throws TypeError where browsers would refuse the domain or an origin of passkeys, or where there is no factor at all.
 * @see RFC 4226, RFC 6238, Web Authentication Level 3
 */
export function secondFactors<const Options extends SecondFactorOptions = {}>(
  auth: { readonly core: AccountsCore },
  options?: Options,
): SecondFactors<Options> {
  const given: SecondFactorOptions = options ?? {}
  const { totp = true, recoveryCodes = true, passkeys } = given
  if (totp === false && passkeys === undefined)
    throw new TypeError('secondFactors({ totp: false }): without passkeys there is no factor left.')
  const parts = factorParts(auth.core, given)
  const rp = passkeys && relyingParty(auth.core, passkeys)
  const issuer = (typeof totp === 'object' ? totp.issuer : undefined) ?? auth.core.appName
  const children: RouterChildren = {
    ...always(parts),
    ...(totp !== false && { totp: totpOperations(parts, issuer) }),
    ...(recoveryCodes && { recoveryCodes: recoveryOperations(parts) }),
    ...((totp !== false || recoveryCodes) && ofCodes(parts)),
    ...(rp !== undefined && ofPasskeys({ ...parts, webAuthn: webAuthnDependency(rp) })),
  }
  // The operations are those of the type: the conditions are the same.
  return extensible(router('/auth', { tags: ['auth'], uses: { noStore }, idempotent: false }, children)) as never
}

function always(parts: FactorParts) {
  return { list: listFactors(parts), reset: resetFactors(parts) }
}

function ofCodes(parts: FactorParts) {
  return { logIn: codeLogIn(parts), reauthenticate: codeReauthentication(parts) }
}

function ofPasskeys(parts: PasskeyParts) {
  return {
    passkeys: passkeyOperations(parts),
    passkeyLogIn: passkeyLogIn(parts),
    passkeyReauthentication: passkeyReauthentication(parts),
  }
}

type OfTotp<Options> = Options extends { readonly totp: false } ? {} : { totp: ReturnType<typeof totpOperations> }
type OfRecovery<Options> = Options extends { readonly recoveryCodes: false }
  ? {}
  : { recoveryCodes: ReturnType<typeof recoveryOperations> }
type OfCodes<Options> = Options extends { readonly totp: false; readonly recoveryCodes: false }
  ? {}
  : ReturnType<typeof ofCodes>
type OfPasskeys<Options> = Options extends { readonly passkeys: object } ? ReturnType<typeof ofPasskeys> : {}

/** The operations of {@link secondFactors}, by their names. */
export type SecondFactors<Options = {}> = ExtensibleRouter<
  ReturnType<typeof always> & OfTotp<Options> & OfRecovery<Options> & OfCodes<Options> & OfPasskeys<Options>
>
