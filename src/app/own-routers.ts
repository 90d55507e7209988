import type { Middleware } from '../core/middleware.ts'
import type { Router } from '../core/router.ts'
import type { AppDefinition } from './definition.ts'
import { docsRouter, type DocsContext } from './docs.ts'
import { healthPaths, healthRouter, type HealthContext } from './health.ts'
import { metricsPath, metricsRouter, type AppMetrics } from './metrics.ts'

interface OwnContext extends DocsContext, HealthContext {
  readonly metrics: AppMetrics | undefined
}

/** What an app serves besides its API: its documents, how it is, its metrics. */
export function ownRouters(definition: AppDefinition, context: OwnContext): readonly Router[] {
  const all = [docsRouter(definition, context), healthRouter(definition, context), metricsRouter(context.metrics)]
  return all.filter((each) => each !== undefined)
}

/** Paths that are asked for by the address of the machine, and not by the name of the app: nobody but the app says what is there. */
export function probePaths(definition: AppDefinition): ReadonlySet<string> {
  const metrics = metricsPath(definition)
  return new Set([...healthPaths(definition), ...(metrics === undefined ? [] : [metrics])])
}

/** The app's middleware is for its users: what it waits for, or refuses, is nothing that a process should be restarted for. */
export function withoutProbes(definition: AppDefinition): readonly Middleware[] {
  const { middleware = [] } = definition
  const paths = probePaths(definition)
  if (paths.size === 0) return middleware
  return middleware.map((layer): Middleware => {
    const passing: Middleware = (request, next) => (paths.has(request.path) ? next() : layer(request, next))
    // Messages name it.
    return Object.defineProperty(passing, 'name', { value: layer.name })
  })
}
