import type { AccessRule, Authenticator } from '../core/access/index.ts'
import type { Uses } from '../core/dependency.ts'
import type { Override } from '../core/override.ts'
import type { AshlarError, ErrorFormat } from '../core/errors/index.ts'
import type { Middleware } from '../core/middleware.ts'
import type { RequestObserver } from '../core/observation/observer.ts'
import type { Tracing } from '../core/observation/tracing.ts'
import type { Part } from '../core/part.ts'
import type { OneOrMore, OperationPolicy } from '../core/policy/policy.ts'
import type { Logger } from '../core/request.ts'
import type { Router } from '../core/router.ts'
import type { CompressionOptions } from '../http/compression.ts'
import type { CorsOptions } from '../http/cors.ts'
import type { Limits } from '../http/edge/limits.ts'
import type { HttpsRedirectOptions } from '../http/https-redirect.ts'
import type { LogOptions } from '../observe/logs/log-options.ts'
import type { ErrorHook } from '../observe/reports/error-report.ts'
import type { DocumentInfo } from '../openapi/index.ts'
import type { KNOWN_CALLER, KnownCaller } from './known-caller.ts'
import type { HealthOptions } from './health.ts'
import type { MetricsOptions } from './metrics-options.ts'
import type { Mount } from './mount.ts'
import type { AppFrontend } from './outer.ts'
import type { OverloadOptions } from './overload.ts'

/** Where the documents of an app are, and who may see them. */
export interface DocsOptions {
  /** Where the document is served. Default `/openapi.json`. */
  readonly documentPath?: string
  /** Where the docs page is served. Default `/docs`. */
  readonly path?: string
  /** Who may see both. Default `anyone`. */
  readonly access?: AccessRule
  /** The OAuth2 client the page's Authorize button uses. */
  readonly oauth2?: { readonly clientId?: string; readonly scopes?: readonly string[]; readonly usePkce?: boolean }
}

/** Everything that makes an app. */
export interface AppDefinition<Api extends Router = Router> extends DocumentInfo {
  /** The tree of operations. */
  readonly api: Api
  /** Asked who calls, in order, wherever a rule is not bound to authenticators of its own. What has them, such as `accounts(...)`, is as good. */
  readonly auth?: readonly Authenticator[] | { readonly authenticators: readonly Authenticator[] }
  /** What `settings(schema)` of `ashlar/settings` gives: checked before anything else is started, and shown by `ashlar config`. */
  readonly settings?: object | undefined
  /** Started before the first request, stopped after the last; its errors get their answers. */
  readonly database?: Part | undefined
  /** Redis, shared by all processes of the app: `redis()` of `ashlar/redis`. Limits and caches use it where it is there. */
  readonly redis?: Part | undefined
  /** What is started before the first request and stopped after the last, in this order: a cache to warm, a connection of your own. */
  readonly parts?: readonly Part[]
  /** How often every operation may be called, each counted for itself unless the limit says otherwise: `rateLimit({ ... })` of `ashlar/limits`. */
  readonly limit?: OneOrMore<OperationPolicy<'limit'>> | undefined
  /**
   * Whether the process answers (`/healthz`) and whether it can take requests (`/readyz`), for who runs it: neither is in the OpenAPI document, counted by
   * limits, or held to `allowedHosts`. `false`: neither. Default: both, for everybody.
   */
  readonly health?: HealthOptions | false | undefined
  /**
   * Metrics for Prometheus at `/metrics`: requests by operation, connections of databases, the event loop, and your own by `meters` of `ashlar/observe`. In
   * production they need `METRICS_TOKEN`, an access rule or a port of their own. Default `false`.
   */
  readonly metrics?: MetricsOptions | boolean | undefined
  /** Traces of requests: `openTelemetry()` of `ashlar/observe`. Default: none. */
  readonly tracing?: Tracing | undefined
  /** Told of each request, beside the app's own log, metrics and traces. */
  readonly observers?: readonly RequestObserver[]
  /** Implementations for slots, and stand-ins for other dependencies. */
  readonly provide?: readonly Override[]
  /**
   * Run for every operation, before all others; their values are ignored. Those with `scope: 'app'` run once: at the start, before the app is ready, and after their
   * `yield` at the stop.
   */
  readonly uses?: Uses
  readonly middleware?: readonly Middleware[]
  /** The body of errors: RFC 9457 problem details (default), FastAPI's `{"detail": ...}`, or a format of your own. */
  readonly errors?: 'problem' | 'fastapi' | ErrorFormat
  /**
   * Gives errors of other libraries an answer; `undefined` leaves them as they are. `known` is the answer a part has for it, such as the
   * database's `UniqueViolation` for the driver's error; without one it is a 500.
   */
  readonly mapError?: (error: unknown, known: AshlarError | undefined) => AshlarError | undefined
  /** Other servers under a path of their own. */
  readonly mounts?: readonly Mount[]
  /** The document and the docs page. `false`: neither. Default: on, except in production, where they must be asked for. */
  readonly docs?: DocsOptions | boolean | undefined
  /** Answers a path that differs only by its last slash with a 307 to the right one. Default `true`. */
  readonly redirectSlashes?: boolean
  /** Hosts the app answers for, such as `api.example.com` or `*.example.com`. Default: this machine's names; required in production. */
  readonly allowedHosts?: readonly string[] | undefined
  /** Addresses or ranges of proxies whose forwarded headers are believed. Default: none. */
  readonly trustedProxies?: readonly string[] | undefined
  /** Limits other than the defaults. */
  readonly limits?: Partial<Limits> | undefined
  /**
   * When requests are turned away with 503 `overloaded`, so that the others are answered in time: those for health and metrics never. `false`: never.
   * Default: on.
   */
  readonly overload?: OverloadOptions | false | undefined
  /** Which pages of other origins may call the app. Default: none, which browsers hold them to. */
  readonly cors?: CorsOptions | undefined
  /**
   * How answers are compressed, where the client asks for it: from 1,024 bytes on, with zstd, brotli or gzip; not those that set cookies or say `no-store`.
   * `false`: not at all, such as behind a proxy that does it.
   */
  readonly compression?: CompressionOptions | false | undefined
  /** A front end that was built into a folder: its files are served where nothing else answers. */
  readonly frontend?: string | URL | AppFrontend | undefined
  /** Sends who asks over http to https (308), but for the paths of `health`. The proxy that knows must be in `trustedProxies`. Default `false`. */
  readonly redirectToHttps?: boolean | HttpsRedirectOptions | undefined
  /** Headers on every response, in place of or on top of the secure defaults; `false` takes one off. */
  readonly securityHeaders?: Readonly<Record<string, string | false>> | undefined
  /** Where the log is written, in place of standard output: pino and its relatives fit as they are. It is told no secrets. */
  readonly logger?: Logger | undefined
  /** What is logged of requests. `false`: nothing but errors and what the app's own code logs. */
  readonly logs?: LogOptions | false | undefined
  /** Told of every error that is logged as one: what was thrown and nobody had foreseen, in a request or after it; to pass it on. May be async. */
  readonly onError?: ErrorHook | undefined
  /** Default: `NODE_ENV`, or `development`. Any other value is an error at start. */
  readonly environment?: 'development' | 'production' | 'test' | undefined
  /** @internal */
  readonly [KNOWN_CALLER]?: KnownCaller
}

export function authenticatorsOf(auth: AppDefinition['auth'] = []): readonly Authenticator[] {
  return 'authenticators' in auth ? auth.authenticators : auth
}
