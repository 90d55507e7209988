import type { OperationDescription } from '../core/description.ts'
import type { AshlarError, ErrorFormat } from '../core/errors/index.ts'
import { Container } from '../core/graph/container.ts'
import { Problems } from '../core/graph/problems.ts'
import { Changes } from '../core/changes.ts'
import { NO_METERS } from '../core/observation/meters.ts'
import { observersTogether } from '../core/observation/together.ts'
import type { Part } from '../core/part.ts'
import type { Logger } from '../core/request.ts'
import type { AppServices } from '../core/services.ts'
import { placeOperations, type PlacedOperation } from '../core/tree.ts'
import type { HeadOptions } from '../http/edge/head.ts'
import { trustedProxies } from '../http/edge/forwarded.ts'
import { checkHeader } from '../http/edge/header-value.ts'
import { DEVELOPMENT_HOSTS, hostList } from '../http/edge/host.ts'
import { DEFAULT_LIMITS, resolveLimits, type Limits } from '../http/edge/limits.ts'
import { fastapiFormat } from '../http/fastapi-format.ts'
import { Kernel } from '../http/kernel.ts'
import { isBelow, MountTable } from '../http/mounts.ts'
import { CompiledOperation, type OperationSettings } from '../http/operation.ts'
import { problemFormat } from '../http/problem-format.ts'
import { ResponseLines, SECURITY_HEADERS, STRICT_TRANSPORT } from '../http/response-lines.ts'
import { Routes } from '../http/routes.ts'
import { checkPlaces } from '../openapi/paths.ts'
import { checkResourceNames } from '../openapi/resource-names.ts'
import type { AppDefinition } from './definition.ts'
import { describeOperation } from './describe.ts'
import { docsRouter, rootPathOf } from './docs.ts'
import { allowedHostsOf, environmentOf, type Environment } from './environment.ts'
import { mountHandler } from './mount-handlers.ts'
import { ownParts } from './parts.ts'

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
}

/**
 * Works out everything about an app that does not depend on a request.
 *
 * @throws DefinitionError that lists every mistake found.
 */
export function compile(definition: AppDefinition, logger: Logger): Compiled {
  const problems = new Problems()
  const environment = environmentOf(definition, problems)
  const services = servicesOf(definition, environment, logger)
  const container = new Container(definition.provide ?? [], { log: logger, services })
  const edge = edgeOf(definition, environment, problems)
  const parts = ownParts(definition)
  const settings = { format: formatOf(definition), translate: translator(definition, parts), limits: edge.limits }
  const context: Context = { definition, environment, container, services, settings, problems, lines: edge.lines }
  const { operations, routes } = compileOperations(context)
  const mounts = compileMounts(context, operations)
  problems.throwIfAny()
  return {
    ...edge,
    environment,
    container,
    operations,
    services,
    kernel: new Kernel({
      ...settings,
      routes,
      mounts,
      logger,
      secureCookies: environment === 'production',
      handlerTimeoutMs: edge.limits.handlerTimeoutMs,
      shortestTimeoutMs: Math.min(
        edge.limits.handlerTimeoutMs,
        ...operations.map(({ placed }) => placed.timeoutMs ?? Infinity),
      ),
      observer: observersTogether(definition.observers ?? []),
      middleware: definition.middleware ?? [],
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
}

function servicesOf({ database, redis }: AppDefinition, environment: Environment, logger: Logger): AppServices {
  return { environment, database, redis, logger, changes: new Changes(), meters: NO_METERS }
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
    head: { hosts, trustedProxies: proxies, limits },
    lines: new ResponseLines(securityHeaders(definition, environment, problems)),
  }
}

function compileOperations({ definition, environment, container, services, settings, problems }: Context): {
  readonly operations: readonly OperationDescription[]
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
  const operations = compileEach(placeOperations(definition.api, problems), definition)
  checkPlaces(operations, problems)
  checkResourceNames(operations, problems)
  const docs = docsRouter(definition, { environment, operations, format: settings.format })
  if (docs !== undefined) compileEach(placeOperations(docs, problems), withoutShared(definition))
  return { operations, routes }
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
    const handler = problems.collect(place, () => mountHandler(mount, context))
    if (handler !== undefined) table.add(mount.path, handler)
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

function securityHeaders(
  { securityHeaders: changes = {} }: AppDefinition,
  environment: Environment,
  problems: Problems,
): Record<string, string> {
  const headers: Record<string, string> = { ...SECURITY_HEADERS }
  if (environment === 'production') headers['strict-transport-security'] = STRICT_TRANSPORT
  for (const [name, value] of Object.entries(changes)) {
    if (value === false) delete headers[name.toLowerCase()]
    else {
      problems.collect('securityHeaders', () => checkHeader(name, value))
      headers[name.toLowerCase()] = value
    }
  }
  return headers
}
