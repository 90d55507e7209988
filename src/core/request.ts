/**
 * The head of one request as every part of Ashlar reads it: each concept parsed once, by the server that carries the app.
 * The core never sees a socket.
 */
export interface RequestHead {
  /** Unique per request; echoed in the `x-request-id` header, in errors and in the log. */
  readonly id: string
  /** In upper case. */
  readonly method: string
  /** The canonical path: decoded once, checked, without a query. */
  readonly path: string
  /** Where this app is mounted in another, without a slash at the end: what the client's path has before `path`. Empty for the outermost. */
  readonly basePath: string
  /** The query without its `?`, still encoded; empty where there is none. */
  readonly search: string
  /** `http` or `https`; from a forwarded header only where the peer is trusted. */
  readonly protocol: string
  /** Host and port, in lower case, on the allow-list. */
  readonly host: string
  /** The client's IP address in canonical form. */
  readonly address: string
  /**
   * The `Origin` of a page that the app lets call with cookies: `cors: { credentials: true }` names it. It counts as the app's own where the proof of that is
   * asked for.
   */
  readonly trustedOrigin?: string | undefined
  /** The value of a header by its lower-case name; values of a repeatable header are joined by `, `. */
  header(name: string): string | undefined
  /** Every value of a header, in order. */
  headerValues(name: string): readonly string[]
  cookie(name: string): string | undefined
  /** Every value of a query parameter, decoded, in order. */
  queryValues(name: string): readonly string[]
}

/** A cookie to set. Secure by default: `HttpOnly`, `SameSite=Lax`, `Secure` in production, `Path=/`. */
export interface CookieOptions {
  readonly domain?: string
  readonly path?: string
  readonly maxAgeSeconds?: number
  readonly httpOnly?: boolean
  readonly secure?: boolean
  readonly sameSite?: 'strict' | 'lax' | 'none'
}

/** What an operation or a dependency can set on the response while the value is returned as usual. */
export interface ResponseHead {
  /** Sets a header, in place of one of that name. Throws on CR, LF or NUL. */
  header(name: string, value: string): void
  cookie(name: string, value: string, options?: CookieOptions): void
  clearCookie(name: string, options?: CookieOptions): void
}

/** What the app writes its log to: pino and its relatives fit as they are. An error goes into the field `err`. */
export interface Logger {
  debug(fields: object, message?: string): void
  info(fields: object, message?: string): void
  warn(fields: object, message?: string): void
  error(fields: object, message?: string): void
}
