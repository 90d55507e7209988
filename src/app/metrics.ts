import { anyone, type AccessRule } from '../core/access/index.ts'
import type { Content } from '../core/content.ts'
import { Forbidden } from '../core/errors/index.ts'
import type { Problems } from '../core/graph/problems.ts'
import type { Meters } from '../core/observation/meters.ts'
import { METRICS } from '../core/observation/own-operations.ts'
import { reply } from '../core/reply.ts'
import { route } from '../core/route.ts'
import { router, type Router } from '../core/router.ts'
import type { Kernel } from '../http/kernel.ts'
import { makeMetrics, type Metrics } from '../observe/metrics/metrics.ts'
import { withToken } from '../observe/metrics/metrics-token.ts'
import type { AppDefinition } from './definition.ts'
import type { Environment } from './environment.ts'
import { checkMetrics, resolveMetrics, type ResolvedMetrics } from './metrics-options.ts'

/** Metrics of an app, with who may read them worked out. */
export interface AppMetrics extends Metrics {
  readonly options: ResolvedMetrics
  /** Who may read them on the app's own port; `undefined`: whoever is on this machine. */
  readonly access: AccessRule | undefined
}

const prometheusText: Content<string> = {
  kind: 'content',
  mediaType: 'text/plain; version=0.0.4; charset=utf-8',
  form: 'text',
}

/** The metrics of an app; `undefined` where it has none. Mistakes go to `problems`. */
export function metricsOf(
  { metrics }: Pick<AppDefinition, 'metrics'>,
  environment: Environment,
  problems: Problems,
): AppMetrics | undefined {
  const options = resolveMetrics(metrics)
  if (options === undefined) return undefined
  checkMetrics(options, environment, problems)
  const { access, token } = options
  return { ...makeMetrics(), options, access: access ?? (token === undefined ? undefined : withToken(token)) }
}

/** Where they are on the app's own port, if their token lets in whoever knows it, by whatever name the app is called. */
export function metricsPath({ metrics }: Pick<AppDefinition, 'metrics'>): string | undefined {
  const options = resolveMetrics(metrics)
  if (options?.token === undefined || options.access !== undefined || options.port !== undefined) return undefined
  return options.path
}

/** How many requests are under way. */
export function watchRequests(meters: Meters, { inFlight }: Kernel): void {
  const about = { name: 'http_server_active_requests', help: 'Requests under way.' }
  if (meters.isOn) meters.watch({ of: 'gauge', ...about }, () => [{ value: inFlight.size }])
}

/** Metrics as an ordinary operation, with an access rule like any other; none where they have a port of their own. */
export function metricsRouter(metrics: AppMetrics | undefined): Router | undefined {
  if (metrics === undefined || metrics.options.port !== undefined) return undefined
  const { options, access, text } = metrics
  const declared = { access: access ?? anyone, response: prometheusText, errors: [Forbidden] } as const
  const read = route.get(options.path, declared, async ({ request }) => {
    if (access === undefined && !isLoopback(request.address))
      throw new Forbidden('Without a token, metrics are for this machine alone: set METRICS_TOKEN.')
    return reply(200, await text(), { 'cache-control': 'no-store' })
  })
  return router('', { hidden: true }, { [METRICS]: read })
}

/** An empty address is that of a unix socket. */
function isLoopback(address: string): boolean {
  return address === '' || address === '::1' || address.startsWith('127.')
}
