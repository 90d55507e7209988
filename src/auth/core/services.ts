import type { Transaction } from '../../data/drizzle.ts'
import type { MaybePromise } from '../../core/maybe-promise.ts'
import type { AuthenticationMethod, Identity, UserId } from '../identity.ts'
import type { Delivery, LoggedIn, LogInResult } from './log-in-result.ts'
import type { UserRow } from './user-row.ts'

/** Something that ends before its time. */
export type Revocation =
  /** Tokens of a lower epoch than `epoch` are refused; what is remembered of the user's sessions and keys is read anew. */
  | { readonly kind: 'user'; readonly subject: UserId; readonly epoch: number }
  | { readonly kind: 'session' | 'key' | 'client'; readonly subject: string }

/** What of the app's processes is ended before its time: each knows it at once, without asking the database for each request. */
export interface Revocations {
  /** Writes it in the transaction; this process knows it when that is committed, the others within a second. */
  record(tx: Transaction, revocation: Revocation): Promise<void>
  /** Raises the epoch of a user: all tokens issued until now are refused. Gives the new epoch. */
  raiseEpoch(tx: Transaction, userId: UserId): Promise<number>
  /** Whether what was issued for this has been ended. */
  isRevoked(issued: Issued): boolean
  /** Whether this process is sure of what it knows: `false` where it has not heard of the database for a while. */
  readonly current: boolean
  /** Is told of each, also of those other processes have written. */
  onRevoked(listener: (revocation: Revocation) => void): () => void
}

/** What an access token or a remembered session was issued for. */
export interface Issued {
  readonly userId: UserId
  readonly epoch: number
  readonly sessionId?: string | undefined
  readonly keyId?: string | undefined
  readonly clientId?: string | undefined
}

/** What an access token is issued for. */
export interface AccessTokenSubject extends Issued {
  readonly roles: readonly string[]
  /** `undefined`: not limited. */
  readonly scopes: readonly string[] | undefined
  readonly methods: readonly AuthenticationMethod[]
  /** Seconds since the epoch. */
  readonly authenticatedAt: number
  readonly impersonatorId?: UserId | undefined
  readonly organisation?: { readonly id: string; readonly roles: readonly string[] } | undefined
  /** Whom it is meant for; default: the app itself. */
  readonly audience?: string
  /** `true` where the client acts for itself, without a user: `userId` is the client's id. */
  readonly isClient?: boolean
}

/** Issues access tokens (RFC 9068), and knows whose they are. */
export interface AccessTokens {
  readonly expiresInSeconds: number
  issue(subject: AccessTokenSubject): Promise<string>
  /**
   * Who calls with it: at once where it was verified before.
   *
   * @throws Unauthenticated where it is not valid, has expired or was ended.
   */
  identify(token: string): MaybePromise<Identity>
  /** The public keys, as a JWK Set (RFC 7517): those that sign, those that will and those that did. Empty for a shared secret. */
  jwks(): { readonly keys: readonly Readonly<Record<string, unknown>>[] }
  readonly algorithm: string
}

/** What one process of the app keeps of accounts, from start to stop. */
export interface AccountsProcess {
  readonly revocations: Revocations
  readonly accessTokens: AccessTokens
  /** Who has this session, by the secret in the cookie; remembered until it is ended or has changed. */
  identifySession(secret: string): MaybePromise<Identity | undefined>
  /** Whose API key this is. */
  identifyKey(key: string): MaybePromise<Identity | undefined>
  /** Seals a value so that only the app can read it; `context` must be the same to open it. */
  seal(plain: string, context: string): Promise<string>
  /** @throws Error where it was not sealed by this app with this context. */
  open(sealed: string, context: string): Promise<string>
}

/** A session as its owner sees it. */
export interface SessionInfo {
  readonly id: string
  readonly kind: 'cookie' | 'refresh'
  readonly createdAt: string
  readonly lastSeenAt: string
  readonly expiresAt: string
  readonly userAgent: string | null
  readonly address: string | null
  readonly methods: readonly AuthenticationMethod[]
  readonly clientId: string | null
}

/** What a session is begun with. */
export interface NewSession {
  readonly user: UserRow
  readonly methods: readonly AuthenticationMethod[]
  /** When that was proved, in seconds since the epoch, where it was in another session. Default: now. */
  readonly authenticatedAt?: number
  readonly delivery: Delivery
  readonly clientId?: string
  readonly scopes?: readonly string[]
  readonly organisationId?: string
  readonly impersonatorId?: UserId
}

/** Sessions of the operation's transaction. Cookies are set on the response. */
export interface Sessions {
  /** @throws CrossSiteRequest where a page of another origin asks for cookies. */
  begin(session: NewSession): Promise<LoggedIn>
  /**
   * A new pair for a refresh token, which is spent by it. Within 10 s the same token gives the same successor, for clients that ask twice; later it ends
   * the whole family.
   *
   * @throws InvalidGrant where the token is unknown, spent, ended or expired, or is another client's.
   */
  refresh(
    refreshToken: string,
    by?: { readonly clientId?: string; readonly scopes?: readonly string[] },
  ): Promise<LoggedIn>
  /** Reads the session of a refresh token, spent or not, without changing it; `undefined` where there is none. */
  ofRefreshToken(
    refreshToken: string,
  ): Promise<{ readonly sessionId: string; readonly clientId: string | null } | undefined>
  end(sessionId: string): Promise<void>
  /** Ends all sessions of a user and all tokens, but for one session. */
  endAll(userId: UserId, options?: { readonly except?: string | undefined }): Promise<void>
  /** Ends those in which an administrator acts as others. */
  endImpersonations(administrator: UserId): Promise<void>
  list(userId: UserId): Promise<readonly SessionInfo[]>
  /**
   * After another proof in the same session: its secret or family is a new one, `authenticatedAt` is now, and the methods are added. Second factors of before
   * are left out: they are not as fresh as that.
   */
  renew(identity: Identity, methods: readonly AuthenticationMethod[]): Promise<LoggedIn>
  /** The same session in another organisation, or in none: its secret or family is a new one, and nothing else has changed. */
  choose(identity: Identity, organisationId: string | null): Promise<LoggedIn>
}

/** Log-in, whatever the first factor was. */
export interface LogIn {
  /**
   * The first factor is proved: a session, or the challenge of the second factor. A passkey with user verification counts as both.
   *
   * @throws Unauthenticated where the account is disabled.
   */
  proceed(input: {
    readonly user: UserRow
    readonly methods: readonly AuthenticationMethod[]
    readonly delivery: Delivery
  }): Promise<LogInResult>
  /** The challenge of a log-in under way: whose it is. Not taken yet. Each call counts as an attempt; after 5 it is gone. */
  challenge(
    challenge: string,
  ): Promise<{ readonly user: UserRow; readonly methods: readonly AuthenticationMethod[]; readonly delivery: Delivery }>
  /** The second factor is proved: the challenge is taken, and the session begins. One of two at once has the session, the other an error. */
  complete(challenge: string, method: AuthenticationMethod): Promise<LoggedIn>
}

/** Tokens that are sent by mail or stand for the next step of a flow. 256 random bits, kept as a hash, good for one use. */
export interface OneTimeTokens {
  issue(token: {
    readonly purpose: string
    readonly userId?: UserId
    readonly subject?: string
    readonly details?: Readonly<Record<string, unknown>>
    readonly expiresInSeconds: number
  }): Promise<string>
  /** Takes it: one of two at once has it. @throws TokenInvalid where it is unknown, used, expired or of another purpose. */
  take(purpose: string, token: string): Promise<OneTimeToken>
  /** Looks it up without taking it, and counts that; after `maxAttempts` it is gone, also where the request then fails. */
  attempt(purpose: string, token: string, maxAttempts: number): Promise<OneTimeToken>
  /** Ends those that are out. */
  drop(userId: UserId, purpose: string): Promise<void>
}

export interface OneTimeToken {
  readonly purpose: string
  readonly userId: UserId | null
  readonly subject: string | null
  readonly details: Readonly<Record<string, unknown>>
}

/** Attempts counted for an account and for the network they come from (IPv4 address, IPv6 /64), shared by all processes and past restarts. */
export interface Attempts {
  /**
   * Counts one, whatever becomes of the request.
   *
   * @param kind - What is tried: `log-in`, `second-factor`, `reset`.
   * @param account - Whose: a canonical login or a user's id, never anything else of the body.
   * @throws TooManyRequests with Retry-After where there were too many.
   */
  count(kind: string, account: string | undefined): Promise<void>
  /**
   * Counts one for the network alone, among thirty times as many as there are attempts: a flow that anybody may begin, and that leaves something to be kept, but
   * proves nothing yet.
   *
   * @throws TooManyRequests
   */
  begun(kind: string): Promise<void>
  /** Counts one for the account alone, and says whether it was among those there are: where an error would tell that several names are one account's. */
  hasLeft(kind: string, account: string): Promise<boolean>
  /** After a success: when the transaction is committed, forgets the account's, and takes back what this request has counted for its network. */
  succeeded(kind: string, account: string): void
}

/** The messages accounts send. */
export type MailTemplate =
  | 'verify-email'
  | 'already-registered'
  | 'reset-password'
  | 'confirm-email-change'
  | 'approve-email-change'
  | 'email-changed'
  | 'password-changed'
  | 'factor-changed'
  | 'sessions-ended'
  | 'invitation'

/** Sends messages once the operation's transaction is committed, and not at all where it is not. */
export interface AccountMail {
  /** @param token - Stands in the link of the template, on the configured origin. */
  send(template: MailTemplate, to: string, data?: { readonly token?: string; readonly [key: string]: unknown }): void
}

/** What happened to accounts, written in the transaction of the change. */
export interface AccountEvents {
  record(
    event: string,
    about: {
      readonly userId?: UserId
      readonly actorId?: UserId
      readonly details?: Readonly<Record<string, unknown>>
    },
  ): Promise<void>
}
