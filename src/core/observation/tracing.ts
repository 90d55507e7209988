import type { RequestHead } from '../request.ts'
import type { RequestObserver } from './observer.ts'

/** What traces are to know of the app they are about. */
export interface TracedApp {
  /** The path of an operation, with its parameters' names in the place of their values. */
  routeOf(operation: string): string | undefined
  /** Whether requests to this path are those of probes, of which nobody wants a trace. */
  isProbe(path: string): boolean
  /** A path as others may see it: without values that are secret, such as the token of a link. */
  shownPath(head: Pick<RequestHead, 'basePath' | 'path'>): string
}

/** What follows the requests of an app, as `openTelemetry()` of `ashlar/observe` does. */
export interface Tracing {
  readonly kind: 'tracing'
  readonly observe: (app: TracedApp) => RequestObserver
}
