import type { AccessRule } from '../core/access/index.ts'
import type { Problems } from '../core/graph/problems.ts'
import { SHORTEST_TOKEN } from '../observe/metrics/metrics-token.ts'
import type { Environment } from './environment.ts'

/** Where metrics are, and who may read them. */
export interface MetricsOptions {
  /** Default `/metrics`. */
  readonly path?: string
  /** Who may read them. In place of a token. */
  readonly access?: AccessRule
  /** Whoever sends `Authorization: Bearer <token>` may read them; at least 16 characters. Default: `METRICS_TOKEN`. */
  readonly token?: string
  /** A port of their own, which nobody outside reaches: they are not on the app's. Asks for the token as well, where there is one. */
  readonly port?: number
  /** Where {@link port} is. Default: where the app listens. */
  readonly host?: string
  /** Bounds of the durations of requests, in seconds. Default: 14 from 5 ms to 10 s. */
  readonly buckets?: readonly number[]
}

/** The same with what the environment says. */
export interface ResolvedMetrics extends MetricsOptions {
  readonly path: string
}

const PATH = '/metrics'

/** `undefined` where an app has no metrics. */
export function resolveMetrics(metrics: MetricsOptions | boolean = false): ResolvedMetrics | undefined {
  if (metrics === false) return undefined
  const named = metrics === true ? {} : metrics
  const token = named.token ?? process.env['METRICS_TOKEN'] ?? ''
  return { path: PATH, ...named, ...(token !== '' && { token }) }
}

/** Reports what would leave them open, or cannot be. */
export function checkMetrics(options: ResolvedMetrics, environment: Environment, problems: Problems): void {
  const { access, token, port, buckets } = options
  const report = (problem: string): void => problems.add('metrics', problem)
  if (token !== undefined && token.length < SHORTEST_TOKEN)
    report(
      `the token has ${token.length} characters; METRICS_TOKEN needs at least ${SHORTEST_TOKEN}, such as those of: openssl rand -hex 24`,
    )
  if (environment === 'production' && access === undefined && token === undefined && port === undefined)
    report(
      "in production they need somebody who may read them; set METRICS_TOKEN, or metrics: { access: role('admin') }, or metrics: { port: 9464 } with a port that is closed to the outside",
    )
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535))
    report(`the port is a number from 0 to 65535; it is ${port}`)
  if (buckets !== undefined && !isAscending(buckets))
    report('the buckets are bounds in seconds, each larger than the one before, such as [0.01, 0.1, 1]')
}

function isAscending(bounds: readonly number[]): boolean {
  return bounds.length > 0 && bounds.every((bound, index) => bound > (bounds[index - 1] ?? 0))
}
