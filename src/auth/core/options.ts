import type { KeyObject } from 'node:crypto'
import type { Database } from '../../data/database.ts'
import type { DrizzleSchema } from '../../data/drizzle.ts'
import type { Dependency } from '../../core/dependency.ts'
import type { Mailer } from '../../mail/mailer.ts'
import type { Redis } from '../../redis/index.ts'
import type { AccountTables } from '../tables/account-tables.ts'
import type { OrganisationTables } from '../tables/organisation-tables.ts'
import type { UserTable } from '../tables/user-columns.ts'
import type { JwtAlgorithm } from '../jwt/key.ts'
import type { Delivery } from './log-in-result.ts'
import type { MailRenderer } from '../mail/render.ts'
import type { MailTemplate } from './services.ts'

/** How access tokens are signed, and how long they and their families hold. */
export interface TokenOptions {
  /** Default 900 s: 15 minutes. */
  readonly expiresInSeconds?: number
  /** Of a family, whatever happens in it. Default 30 days. */
  readonly refreshExpiresInSeconds?: number
  /** For how long a spent refresh token still gives its successor, for clients that ask twice. Default 10 s; 0: never. */
  readonly refreshGraceSeconds?: number
  /**
   * Who signs. Default: keys of the app's own with `EdDSA`, kept sealed in the database and rotated every 90 days. Or a shared secret of at least 32 bytes
   * (HS256), or your own private key.
   */
  readonly signing?:
    | { readonly algorithm: 'EdDSA' | 'ES256'; readonly rotateAfterDays?: number }
    | { readonly secret: string | Uint8Array }
    | { readonly privateKey: string | KeyObject; readonly algorithm?: JwtAlgorithm }
  /** `iss`. Default: the origin. */
  readonly issuer?: string
  /** `aud`. Default: the origin. */
  readonly audience?: string
  /** Verified tokens that are remembered. Default 10,000. */
  readonly cacheEntries?: number
}

/** Sessions in cookies. */
export interface SessionOptions {
  /** Without a request for so long it ends. Default 14 days. */
  readonly idleSeconds?: number
  /** Whatever happens in it, it ends. Default 30 days. */
  readonly absoluteSeconds?: number
  /** Other origins whose pages may send requests with the cookie, such as `https://app.example.com`. Default: none but the app's own. */
  readonly trustedOrigins?: readonly string[]
}

/** What a password must be (NIST SP 800-63B section 3.1.1.2): long, and not one that everybody tries. */
export interface PasswordOptions {
  /** In characters; holds for all accounts. Default 15, and 8 for accounts with a second factor. */
  readonly minLength?: number
  /** Refused in passwords besides the names of the app and of the user. */
  readonly contextWords?: readonly string[]
  /** Whether this password is known to be in other people's hands, such as by the range API of a service. */
  readonly isBreached?: (password: string) => Promise<boolean>
}

/** How many attempts there are. They are counted in the database, so that all processes share them and a restart forgets none. */
export interface AttemptOptions {
  /** Tries of one account in the window; a success ends the count. Default 5. */
  readonly perAccount?: number
  /**
   * Tries that fail, of one address (IPv4) or /64 (IPv6). Default 20. Flows that prove nothing yet, such as the way to a provider or the options of a passkey, may
   * be begun thirty times as often.
   */
  readonly perNetwork?: number
  /** Default 900 s. */
  readonly windowSeconds?: number
  /**
   * Counts those of networks: `redis()` of `ashlar/redis`; the database does while it is gone. Those of accounts stay in the database: a flushed cache
   * gives nobody more guesses. Default: the app's `redis`; without one the database counts all.
   */
  readonly redis?: Redis
}

/** Organisations with members, whose operations {@link organisations} makes. */
export interface AccountOrganisationOptions {
  /** What {@link organisationTables} made of the table of users. */
  readonly tables: OrganisationTables
  /**
   * What members may within an organisation, by their roles in it: `{ owner: ['*'], member: ['posts:*'] }`. `organisation:update`, `organisation:remove` and
   * `organisation:members` are asked for by the operations of organisations.
   */
  readonly roles: Readonly<Record<string, readonly string[]>>
  /** The role of who makes an organisation, which at least one member keeps. Default `owner`. */
  readonly ownerRole?: string
}

/** Of {@link accounts}. */
export interface AccountsOptions<Users extends UserTable = UserTable> {
  readonly database: Database<DrizzleSchema> | Database
  /** The app's own table of users, with {@link userColumns}. */
  readonly users: Users
  /** What {@link accountTables} made of it. */
  readonly tables: AccountTables
  /** Where the app is reached, such as `https://app.example.com`: links in mails and tokens carry it. Default `ASHLAR_ORIGIN`; outside production `http://localhost:3000`. */
  readonly origin?: string
  /** The app's name, for mails and authenticator apps. Default: the host of the origin. */
  readonly appName?: string
  /** Sends the mails. Default: `consoleMailer()` outside production, where it is required. */
  readonly mailer?: Mailer | Dependency<Mailer>
  /** Messages in your own words; those that are not there are the default ones. */
  readonly mailTemplates?: Partial<Record<MailTemplate, MailRenderer>>
  /** Where pages of the front end stand, below the origin or on an origin of their own; `{token}` is put in. */
  readonly links?: Partial<Record<MailTemplate, string>>
  /** What roles may: `{ editor: ['posts:*'], admin: ['*'] }`. */
  readonly roles?: Readonly<Record<string, readonly string[]>>
  /** Default: there are none. */
  readonly organisations?: AccountOrganisationOptions
  /** The role that may use the operations of administrators. Default `admin`. */
  readonly adminRole?: string
  /** Columns of the users that their owners may set when they register and change later. Default: none. */
  readonly profile?: readonly string[]
  /** Columns people log in with. Default `['email']`. */
  readonly logInWith?: readonly string[]
  readonly register?: {
    /**
     * `before`: there is no account until the address is confirmed (default). `later`: there is, unconfirmed. `none`: addresses are not confirmed. `closed`:
     * nobody registers by themselves. In the first two the password of the registration goes on only where whoever confirms the address sends it as well:
     * anybody can register an address, and the answer to its owner is `password_required`, with a token to set one of their own.
     */
    readonly verification?: 'before' | 'later' | 'none' | 'closed'
    readonly roles?: readonly string[]
  }
  readonly deliveries?: readonly Delivery[]
  readonly tokens?: TokenOptions
  readonly sessions?: SessionOptions
  readonly password?: PasswordOptions
  readonly attempts?: AttemptOptions
  /**
   * For how many days it is kept what happened to accounts (`auth_events`); older events are removed, once an hour and at most 100,000 at a time. 1 to 36,500;
   * default 365.
   */
  readonly eventsKeptDays?: number
}
