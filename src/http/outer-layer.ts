import type { MaybePromise } from '../core/maybe-promise.ts'
import type { Outcome } from '../core/middleware.ts'
import type { RequestHead } from '../core/request.ts'
import type { Compression } from './compression.ts'
import type { Cors } from './cors.ts'
import type { Exchange } from './exchange.ts'
import type { HttpsRedirect } from './https-redirect.ts'
import type { MountTable } from './mounts.ts'
import type { Routes } from './routes.ts'

/** What an app has around everything it answers. */
export interface OuterLayerParts {
  readonly cors: Cors | undefined
  readonly compression: Compression | undefined
  readonly httpsRedirect: HttpsRedirect | undefined
}

/** What is known of a request whose head was not parsed; its path is as it was sent. */
export type UnreadHead = Pick<RequestHead, 'method' | 'path' | 'header'>

interface Places {
  readonly mounts: MountTable
  readonly routes: Routes
}

/** Around middleware, routing and access: what is answered before any of them, and what is said of every answer, a failure's too. */
export class OuterLayer {
  readonly #parts: OuterLayerParts
  readonly #places: Places

  /** Which pages of other origins may call. */
  get cors(): Cors | undefined {
    return this.#parts.cors
  }

  constructor(parts: OuterLayerParts, places: Places) {
    this.#parts = parts
    this.#places = places
  }

  /** `undefined` where the app has none. */
  static of(parts: OuterLayerParts, places: Places): OuterLayer | undefined {
    return Object.values(parts).some((part) => part !== undefined) ? new OuterLayer(parts, places) : undefined
  }

  /** An answer in place of the app's. */
  before({ head }: Exchange): Outcome | undefined {
    const { httpsRedirect } = this.#parts
    const elsewhere = httpsRedirect?.for(head)
    if (elsewhere !== undefined) return elsewhere
    const cors = this.#corsFor(head.path)
    if (cors === undefined) return undefined
    // Also where there is none: a mounted app's head has that of the app around it before it.
    head.trustedOrigin = cors.trustedOrigin(head)
    if (!cors.isPreflight(head)) return undefined
    const methods = this.#methodsAt(head.path, head.header('access-control-request-method') ?? '')
    return methods === undefined ? undefined : cors.preflight(head, methods)
  }

  /** The answer as it leaves the app. Of a mounted app, the app around it compresses. */
  after(exchange: Exchange, outcome: Outcome): MaybePromise<Outcome> {
    const { compression } = this.#parts
    this.mark(exchange, outcome)
    return compression === undefined || exchange.isMounted ? outcome : compression.encode(outcome, exchange.head)
  }

  /** Says who may read an answer. */
  mark({ head }: Exchange, outcome: Pick<Outcome, 'headers'>): void {
    this.#corsFor(head.path)?.mark(head, outcome)
  }

  /** Says who may read the answer to a request that came no further than the server. */
  markRefusal(head: UnreadHead, outcome: Pick<Outcome, 'headers'>): void {
    this.#corsAt(head.path)?.mark(head, outcome)
  }

  /** Whether a browser asks if an allowed page may call. */
  isPreflight(head: UnreadHead): boolean {
    return this.#corsAt(head.path)?.isPreflight(head) === true
  }

  /** The policy of what answers a path, be it mounted. */
  #corsAt(path: string): Cors | undefined {
    return this.#places.mounts.find(path)?.cors ?? this.#parts.cors
  }

  /** What is mounted and says itself who may call is left to itself. */
  #corsFor(path: string): Cors | undefined {
    const { cors } = this.#parts
    return cors === undefined || this.#places.mounts.find(path)?.cors !== undefined ? undefined : cors
  }

  /** The methods of a path that is known; what another server has under its path is not known here. */
  #methodsAt(path: string, asked: string): string | undefined {
    const mounted = this.#places.mounts.find(path)
    if (mounted === undefined) return this.#places.routes.find(path)?.allow
    if (mounted.allowAt !== undefined) return mounted.allowAt(path)
    return /^[A-Za-z-]{1,20}$/.test(asked) ? asked : undefined
  }
}
