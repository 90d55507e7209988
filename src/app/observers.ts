import type { OperationDescription } from '../core/description.ts'
import type { RequestObserver } from '../core/observation/observer.ts'
import { observersTogether } from '../core/observation/together.ts'
import type { AppLogging } from '../observe/app-logging.ts'
import { RequestMetrics } from '../observe/metrics/request-metrics.ts'
import type { App } from './app.ts'
import type { AppDefinition } from './definition.ts'
import type { AppMetrics } from './metrics.ts'
import { probePaths } from './own-routers.ts'

interface Observed {
  readonly operations: readonly OperationDescription[]
  readonly metrics: AppMetrics | undefined
  readonly logging: AppLogging
}

/** Who sees the requests of an app: its traces, its log, its metrics, and whom it names itself. */
export function observersOf(
  definition: AppDefinition,
  { operations, metrics, logging }: Observed,
): RequestObserver | undefined {
  const { tracing, observers = [] } = definition
  const paths = probePaths(definition)
  const templates = templatesOf(operations, definition)
  const routeOf = (operation: string): string | undefined => templates.get(operation)
  return observersTogether([
    // Outermost: what others do for a request is part of its trace.
    ...(tracing === undefined
      ? []
      : [
          tracing.observe({
            routeOf,
            isProbe: (path) => paths.has(path),
            shownPath: ({ basePath, path }) => basePath + logging.paths.shown(path),
          }),
        ]),
    ...(logging.observer === undefined ? [] : [logging.observer]),
    ...(metrics === undefined ? [] : [new RequestMetrics(metrics.meters, routeOf, metrics.options.buckets)]),
    ...observers,
  ])
}

/** The paths of operations by their names, with those of mounted apps where they are mounted. */
function templatesOf(
  operations: readonly OperationDescription[],
  { mounts = [] }: AppDefinition,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const { path, target } of mounts)
    if (target.type === 'app') for (const [name, inner] of inside(target.app)) found.set(name, path + inner)
  for (const { placed } of operations) found.set(placed.name, placed.path)
  return found
}

function inside({ operations, definition }: App): ReadonlyMap<string, string> {
  return templatesOf(operations, definition)
}
