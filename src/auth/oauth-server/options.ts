import type { AccountsCore } from '../core/accounts-core.ts'
import { checkScopeNames, type ScopeDescriptions } from './scope-names.ts'
import type { OAuthServerTables } from './tables.ts'

/** Of {@link authorizationServer}. */
export interface AuthorizationServerOptions {
  /** What {@link oauthServerTables} made of the table of users. */
  readonly tables: OAuthServerTables
  /** The scopes that clients may ask for, with what each allows in words: users read it before they agree. */
  readonly scopes: ScopeDescriptions
  /** Where people log in: the browser is sent there with `return_to`, and comes back to it afterwards. A path below the origin, or a URL. Default `/login`. */
  readonly logInPage?: string
  /**
   * Where the front end asks for consent: the browser is sent there with `request`, which is shown by `GET /oauth/consent` and sent back with the decision.
   * A path below the origin, or a URL. Default: a page of the server's own, without scripts.
   */
  readonly consentPage?: string
  /** What stands before `/oauth` where the router is placed below others, such as `/api/v1`. Default: nothing. */
  readonly prefix?: string
}

/** What the operations of the authorization server work with. */
export interface ServerParts {
  readonly core: AccountsCore
  readonly tables: OAuthServerTables
  readonly scopes: ScopeDescriptions
  readonly issuer: string
  readonly logInPage: URL
  readonly consentPage: URL | undefined
  /** Where the router stands, as a URL. */
  readonly base: string
}

/** @throws TypeError for scopes, pages, a prefix or an issuer that cannot be. */
export function serverParts(core: AccountsCore, options: AuthorizationServerOptions): ServerParts {
  checkScopeNames(options.scopes)
  const prefix = options.prefix ?? ''
  if (!/^(?:\/[\w.~-]+)*$/.test(prefix))
    throw new TypeError(
      `authorizationServer({ prefix }): write a path such as "/api/v1"; got ${JSON.stringify(prefix)}.`,
    )
  return {
    core,
    tables: options.tables,
    scopes: options.scopes,
    issuer: issuerOf(core),
    logInPage: pageOf('logInPage', options.logInPage ?? '/login', core.origin),
    consentPage:
      options.consentPage === undefined ? undefined : pageOf('consentPage', options.consentPage, core.origin),
    base: `${core.origin}${prefix}/oauth`,
  }
}

/** RFC 8414 section 2: a URL that clients find the metadata by, and compare. */
function issuerOf({ origin, options }: AccountsCore): string {
  const issuer = options.tokens?.issuer ?? origin
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || /[?#]/.test(issuer))
    throw new TypeError(
      `authorizationServer(): the issuer of the tokens is a URL without query, such as "https://app.example.com"; got ${JSON.stringify(issuer)}. Set accounts({ tokens: { issuer } }).`,
    )
  return issuer
}

function pageOf(name: string, page: string, origin: string): URL {
  const url = URL.canParse(page, origin) ? new URL(page, origin) : undefined
  if (
    url !== undefined &&
    ['http:', 'https:'].includes(url.protocol) &&
    (page.startsWith('/') ? url.origin === origin : true)
  )
    return url
  throw new TypeError(
    `authorizationServer({ ${name} }): write a path such as "/login", or a URL; got ${JSON.stringify(page)}.`,
  )
}
