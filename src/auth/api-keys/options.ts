import type { AccountsCore } from '../core/accounts-core.ts'

/** Of {@link apiKeys}. */
export interface ApiKeysOptions {
  /**
   * Scopes that keys may be limited to, with what each allows in words, besides `read` and `write`: those that the access rules of your operations name,
   * such as `{ 'posts:write': 'Write posts' }`.
   */
  readonly scopes?: Readonly<Record<string, string>>
  /** How many keys a user may have. Default 50. */
  readonly maxPerUser?: number
  /** How long a key holds whose creator says nothing, in days. Default `maxExpiresInDays`, and without that for ever. */
  readonly defaultExpiresInDays?: number
  /** The longest a key may hold, in days: then none holds for ever. Default: no limit. */
  readonly maxExpiresInDays?: number
}

/** What the operations of API keys work with. */
export interface KeyParts {
  readonly core: AccountsCore
  /** With those that are built in. */
  readonly scopes: Readonly<Record<string, string>>
  readonly maxPerUser: number
  /** `null`: for ever. */
  readonly defaultExpiresInDays: number | null
  readonly maxExpiresInDays: number | undefined
}

const MAX_PER_USER = 50
const BUILT_IN = { read: 'Read everything', write: 'Change everything' }
// RFC 6749 section 3.3, and no wildcards: a key says what it may.
const SCOPE = /^[\x21\x23-\x29\x2b-\x5b\x5d-\x7e]{1,100}$/

/** @throws TypeError for a scope that is none, a number that is not whole and above 0, or a default above the maximum. */
export function keyParts(core: AccountsCore, options: ApiKeysOptions): KeyParts {
  const { scopes = {}, maxPerUser = MAX_PER_USER, defaultExpiresInDays, maxExpiresInDays } = options
  const wrong = Object.keys(scopes).find((name) => !SCOPE.test(name))
  if (wrong !== undefined)
    throw new TypeError(
      `apiKeys({ scopes }): ${JSON.stringify(wrong)} is no scope; it has up to 100 characters of printable ASCII but space, quote, backslash and star.`,
    )
  for (const [name, value] of Object.entries({ maxPerUser, defaultExpiresInDays, maxExpiresInDays }))
    if (value !== undefined && (!Number.isInteger(value) || value < 1))
      throw new TypeError(`apiKeys({ ${name} }): a whole number above 0; got ${value}.`)
  if (defaultExpiresInDays !== undefined && defaultExpiresInDays > (maxExpiresInDays ?? Infinity))
    throw new TypeError(
      `apiKeys({ defaultExpiresInDays }): ${defaultExpiresInDays} days are more than maxExpiresInDays, ${maxExpiresInDays}.`,
    )
  return {
    core,
    scopes: { ...BUILT_IN, ...scopes },
    maxPerUser,
    defaultExpiresInDays: defaultExpiresInDays ?? maxExpiresInDays ?? null,
    maxExpiresInDays,
  }
}
