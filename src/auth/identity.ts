import type { Principal } from '../core/access/index.ts'

/** The id of a user: the value of the primary key of the app's table of users. */
export type UserId = string | number

/** How a caller has proved who they are, by the names of RFC 8176 where it has one: `pwd`, `otp`; `passkey`, `recovery` and `provider` are ours. */
export type AuthenticationMethod = 'pwd' | 'otp' | 'passkey' | 'recovery' | 'provider'

/** What kind of credentials a request carried. */
export type CredentialKind = 'session' | 'token' | 'api-key' | 'oauth' | 'client'

/** Who calls, whatever the credentials were: the same user is the same identity by a cookie, a token or a key. */
export interface Identity extends Principal {
  /** The user's id; of client credentials, the client's. */
  readonly id: UserId
  readonly roles: readonly string[]
  /** Those of the roles, `*` and `posts:*` included. */
  readonly permissions: readonly string[]
  /** What the credentials are limited to; `['*']` where they are not. */
  readonly scopes: readonly string[]
  /** Whether the credentials may do only part of what their user may: those of API keys with scopes and of other apps. */
  readonly restricted: boolean
  readonly via: CredentialKind
  /** The session that the credentials belong to; `undefined` for API keys and clients. */
  readonly sessionId: string | undefined
  /** When who calls last proved who they are, in seconds since the epoch; 0 for credentials that nobody proved themselves with, such as API keys. */
  readonly authenticatedAt: number
  readonly methods: readonly AuthenticationMethod[]
  /** The app that acts for the user, of an OAuth2 token or client credentials. */
  readonly clientId: string | undefined
  /** The API key's id. */
  readonly keyId: string | undefined
  /** The administrator who acts as this user. */
  readonly impersonatedBy: UserId | undefined
  /**
   * The organisation that the session has chosen, or that the key was made in, with the caller's roles in it and what those may. They are not among `roles` and
   * `permissions`, which hold in the whole app: anybody may make an organisation and have all rights in it.
   */
  readonly organisation:
    { readonly id: string; readonly roles: readonly string[]; readonly permissions: readonly string[] } | undefined
}
