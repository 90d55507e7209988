import type { OperationDescription } from '../core/description.ts'
import type { AshlarError, ErrorFormat } from '../core/errors/index.ts'
import { Container } from '../core/graph/container.ts'
import { Problems } from '../core/graph/problems.ts'
import { Changes } from '../core/changes.ts'
import { NO_METERS } from '../core/observation/meters.ts'
import type { Part } from '../core/part.ts'
import type { Logger } from '../core/request.ts'
import type { AppServices } from '../core/services.ts'
import { placeOperations, type PlacedOperation } from '../core/tree.ts'
import type { HeadOptions } from '../http/edge/head.ts'
import { trustedProxies } from '../http/edge/forwarded.ts'
import { DEVELOPMENT_HOSTS, hostList } from '../http/edge/host.ts'
import { DEFAULT_LIMITS, resolveLimits, type Limits } from '../http/edge/limits.ts'
import { fastapiFormat } from '../http/fastapi-format.ts'
import { Kernel } from '../http/kernel.ts'
import type { LoadLimits } from '../http/load.ts'
import { isBelow, MountTable } from '../http/mounts.ts'
import { CompiledOperation, type OperationSettings } from '../http/operation.ts'
import { problemFormat } from '../http/problem-format.ts'
import { OuterLayer, type OuterLayerParts } from '../http/outer-layer.ts'
import type { ResponseLines } from '../http/response-lines.ts'
import { Routes } from '../http/routes.ts'
import type { AppLogging } from '../observe/app-logging.ts'
import { checkPlaces } from '../openapi/paths.ts'
import { checkResourceNames } from '../openapi/resource-names.ts'
import type { AppDefinition } from './definition.ts'
import { describeOperation } from './describe.ts'
import { Availability } from './availability.ts'
import { rootPathOf } from './docs.ts'
import { allowedHostsOf, environmentOf, type Environment } from './environment.ts'
import { kernelOf } from './internals.ts'
import { metricsOf, type AppMetrics } from './metrics.ts'
import { mountedApps } from './mount.ts'
import { mounted } from './mount-handlers.ts'
import { observersOf } from './observers.ts'
import { ownRouters, probePaths, withoutProbes } from './own-routers.ts'
import { frontendHandler, outerParts } from './outer.ts'
import { planOwnUses } from './own-uses.ts'
import { loadLimitsOf } from './overload.ts'
import { ownParts } from './parts.ts'
import { knowSecrets } from './request-log.ts'
import { responseLines } from './security-headers.ts'

/** An app's definition, worked out. */
export interface Compiled {
  readonly environment: Environment
  readonly container: Container
  readonly operations: readonly OperationDescription[]
  readonly kernel: Kernel
  readonly lines: ResponseLines
  readonly head: HeadOptions
  readonly limits: Limits
  readonly services: AppServices
  readonly availability: Availability
  readonly loadLimits: LoadLimits | undefined
  readonly metrics: AppMetrics | undefined
}

/**
 * Works out everything about an app that does not depend on a request.
 *
 * @throws DefinitionError that lists every mistake found.
 */
export function compile(definition: AppDefinition, logging: AppLogging): Compiled {
  const { log: logger, paths } = logging
  const problems = new Problems()
  const environment = environmentOf(definition, problems)
  const metrics = metricsOf(definition, environment, problems)
  const services = servicesOf(definition, environment, logger, metrics)
  const availability = new Availability()
  const container = new Container(definition.provide ?? [], { log: logger, services })
  const edge = edgeOf(definition, environment, problems)
  const parts = ownParts(definition)
  const settings = {
    format: formatOf(definition),
    translate: translator(definition, parts),
    shownPath: paths.shown,
    limits: edge.limits,
  }
  const outer = outerParts(definition, environment, problems)
  const { lines } = edge
  const { cors } = outer
  const context: Context = { definition, environment, container, services, settings, problems, lines, cors, logger }
  const { operations, own, routes } = compileOperations(context, { availability, metrics })
  knowSecrets(logging, definition, operations)
  const mounts = compileMounts(context, operations)
  const fallback = frontendHandler(context)
  const loadLimits = loadLimitsOf(definition, problems)
  problems.throwIfAny()
  return {
    ...edge,
    environment,
    container,
    operations,
    services,
    availability,
    loadLimits,
    metrics,
    kernel: new Kernel({
      ...settings,
      routes,
      mounts,
      fallback,
      outer: OuterLayer.of(outer, { mounts, routes }),
      logger,
      secureCookies: environment === 'production',
      handlerTimeoutMs: edge.limits.handlerTimeoutMs,
      shortestTimeoutMs: Math.min(
        edge.limits.handlerTimeoutMs,
        ...operations.map(({ placed }) => placed.timeoutMs ?? Infinity),
        ...mountedApps(definition).map((app) => kernelOf(app).settings.shortestTimeoutMs),
      ),
      observer: observersOf(definition, { operations: [...operations, ...own], metrics, logging }),
      middleware: withoutProbes(definition),
      redirectSlashes: definition.redirectSlashes ?? true,
      rootPath: rootPathOf(definition),
    }),
  }
}

interface Context {
  readonly definition: AppDefinition
  readonly environment: Environment
  readonly container: Container
  readonly services: AppServices
  readonly settings: OperationSettings
  readonly problems: Problems
  readonly lines: ResponseLines
  readonly cors: OuterLayerParts['cors']
  readonly logger: Logger
}

function servicesOf(
  { database, redis }: AppDefinition,
  environment: Environment,
  logger: Logger,
  metrics: AppMetrics | undefined,
): AppServices {
  return { environment, database, redis, logger, changes: new Changes(), meters: metrics?.meters ?? NO_METERS }
}

/** The app's own pages have neither its dependencies nor its limits. */
function withoutShared(definition: AppDefinition): AppDefinition {
  return { ...definition, uses: {}, limit: [] }
}

/** What a server must know before a request has reached an operation. */
function edgeOf(
  definition: AppDefinition,
  environment: Environment,
  problems: Problems,
): Pick<Compiled, 'limits' | 'head' | 'lines'> {
  const limits = problems.collect('limits', () => resolveLimits(definition.limits)) ?? DEFAULT_LIMITS
  const named = allowedHostsOf(definition, environment, problems)
  const hosts = problems.collect('allowedHosts', () => hostList(named)) ?? hostList(DEVELOPMENT_HOSTS)
  const proxies = problems.collect('trustedProxies', () => trustedProxies(definition.trustedProxies ?? []))
  return {
    limits,
    head: { hosts, trustedProxies: proxies, limits, probes: probePaths(definition) },
    lines: responseLines(definition, environment, problems),
  }
}

function compileOperations(
  { definition, environment, container, services, settings, problems }: Context,
  state: Pick<Compiled, 'availability' | 'metrics'>,
): {
  readonly operations: readonly OperationDescription[]
  /** Those that the app has for itself. */
  readonly own: readonly OperationDescription[]
  readonly routes: Routes
} {
  const routes = new Routes()
  const compileEach = (placed: readonly PlacedOperation[], of: AppDefinition): OperationDescription[] =>
    placed.flatMap((each) => {
      const compiled = problems.collect(each.name, () => {
        const description = describeOperation(each, of, { container, services, problems })
        routes.add(new CompiledOperation(description, settings, problems), problems)
        return description
      })
      return compiled ?? []
    })
  planOwnUses(definition, container, problems)
  const operations = compileEach(placeOperations(definition.api, problems), definition)
  checkPlaces(operations, problems)
  checkResourceNames(operations, problems)
  const routers = ownRouters(definition, { environment, operations, format: settings.format, ...state })
  const own = routers.flatMap((each) => compileEach(placeOperations(each, problems), withoutShared(definition)))
  return { operations, own, routes }
}

function compileMounts(context: Context, operations: readonly OperationDescription[]): MountTable {
  const { definition, problems } = context
  const table = new MountTable()
  for (const mount of definition.mounts ?? []) {
    const place = `mount ${mount.path}`
    if (table.paths.includes(mount.path)) problems.add(place, 'something else is mounted there already')
    const hidden = operations.find(({ placed }) => isBelow(placed.path, mount.path))
    if (hidden !== undefined)
      problems.add(place, `it answers ${hidden.placed.path} in the place of "${hidden.placed.name}"; move one of them`)
    const found = problems.collect(place, () => mounted(mount, context))
    if (found !== undefined) table.add(mount.path, found)
  }
  return table
}

export function formatOf({ errors = 'problem' }: AppDefinition): ErrorFormat {
  if (errors === 'problem') return problemFormat
  return errors === 'fastapi' ? fastapiFormat : errors
}

function translator({ mapError }: AppDefinition, parts: readonly Part[]): (error: unknown) => AshlarError | undefined {
  return (error) => {
    const known = translatedBy(parts, error)
    return mapError?.(error, known) ?? known
  }
}

function translatedBy(parts: readonly Part[], error: unknown): AshlarError | undefined {
  for (const part of parts) {
    const translated = part.translateError?.(error)
    if (translated !== undefined) return translated
  }
  return undefined
}
