import type { OperationDescription } from '../core/description.ts'
import type { Uses, UsedValues } from '../core/dependency.ts'
import type { OutsideRequests } from '../core/outside-requests.ts'
import type { OpenApiDocument } from '../openapi/types.ts'
import type { Router } from '../core/router.ts'
import type { AppDefinition } from './definition.ts'
import type { Paths } from './paths.ts'

/** Where an app listens. */
export interface ListenOptions {
  /** Default: `PORT`, or 3000. 0 takes a free one. */
  readonly port?: number
  /** Default: `HOST`, or `127.0.0.1` in development and `0.0.0.0` in production. */
  readonly host?: string
}

/** Where an app is reached, once it listens. */
export interface Listening {
  readonly url: string
  readonly port: number
  readonly host: string
}

/** Options of work outside a request. */
export interface RunOptions {
  readonly signal?: AbortSignal
}

/** A compiled app. */
export interface App<Api extends Router = Router> {
  readonly definition: AppDefinition<Api>
  readonly api: Api
  /** Every operation with what was worked out about it at start. */
  readonly operations: readonly OperationDescription[]
  /** The paths of the operations by name: `app.paths.posts.publish({ id })`. */
  readonly paths: Paths<Api>
  /** Starts the parts and the app-scoped dependencies. Called by `listen`, `fetch` and `run` where it was not. */
  start(): Promise<void>
  /**
   * Serves HTTP.
   *
   * @throws RangeError where `PORT` is not a port.
   * @throws Error where the app listens already, or the port is taken.
   */
  listen(options?: ListenOptions): Promise<Listening>
  /** Stops: no new connections, requests in flight finish, then dependencies and parts end in reverse order. */
  stop(): Promise<void>
  /** Answers a request in process, through the same kernel as a socket's. */
  fetch(request: Request): Promise<Response>
  /** Runs work with dependencies outside a request. They are ended when it is done; on failure with the error thrown in. */
  run<const U extends Uses, R>(
    uses: U & OutsideRequests<U>,
    work: (values: UsedValues<U>) => R | Promise<R>,
    options?: RunOptions,
  ): Promise<R>
  /**
   * The same app with parts of its definition replaced; this one stays as it is. What `provide` names is added to what is provided already, and
   * reaches mounted apps.
   */
  with(changes: Partial<Omit<AppDefinition, 'api'>>): App<Api>
  /**
   * The OpenAPI 3.1 document, made when it is first asked for.
   *
   * @throws TypeError where something merged into the document is not JSON.
   */
  openapi(): OpenApiDocument
}
