import type { OperationDescription } from '../core/description.ts'
import type { AshlarError, ErrorFormat } from '../core/errors/index.ts'
import { Container } from '../core/graph/container.ts'
import { Problems } from '../core/graph/problems.ts'
import type { Part } from '../core/part.ts'
import type { Logger } from '../core/request.ts'
import { placeOperations } from '../core/tree.ts'
import type { HeadOptions } from '../http/edge/head.ts'
import { trustedProxies } from '../http/edge/forwarded.ts'
import { hostList } from '../http/edge/host.ts'
import { resolveLimits, type Limits } from '../http/edge/limits.ts'
import { fastapiFormat } from '../http/fastapi-format.ts'
import { Kernel } from '../http/kernel.ts'
import { MountTable } from '../http/mounts.ts'
import { CompiledOperation, type OperationSettings } from '../http/operation.ts'
import { problemFormat } from '../http/problem-format.ts'
import { ResponseLines, SECURITY_HEADERS, STRICT_TRANSPORT } from '../http/response-lines.ts'
import { Routes } from '../http/routes.ts'
import { checkPlaces } from '../openapi/index.ts'
import type { AppDefinition } from './definition.ts'
import { describeOperation } from './describe.ts'
import { docsRouter, rootPathOf } from './docs.ts'
import { allowedHostsOf, environmentOf, type Environment } from './environment.ts'
import { mountHandler } from './mount-handlers.ts'

/** An app's definition, worked out. */
export interface Compiled {
  readonly environment: Environment
  readonly container: Container
  readonly operations: readonly OperationDescription[]
  readonly parts: readonly Part[]
  readonly kernel: Kernel
  readonly lines: ResponseLines
  readonly head: HeadOptions
  readonly limits: Limits
}

/**
 * Works out everything about an app that does not depend on a request.
 *
 * @throws DefinitionError that lists every mistake found.
 */
export function compile(definition: AppDefinition, logger: Logger): Compiled {
  const problems = new Problems()
  const environment = environmentOf(definition)
  const limits = resolveLimits(definition.limits)
  const container = new Container(definition.provide ?? [], { log: logger })
  const parts = [...(definition.database === undefined ? [] : [definition.database]), ...(definition.parts ?? [])]
  const settings: OperationSettings = { format: formatOf(definition), translate: translator(definition, parts), limits }
  const operations = placeOperations(definition.api, problems).map((placed) =>
    describeOperation(placed, definition, container, problems),
  )
  checkPlaces(operations, problems)

  const routes = new Routes()
  const add = (description: OperationDescription): void => addOperation(routes, description, settings, problems)
  operations.forEach(add)
  const docs = docsRouter(definition, { environment, operations, format: settings.format })
  for (const placed of docs === undefined ? [] : placeOperations(docs, problems)) {
    add(describeOperation(placed, { ...definition, uses: {} }, container, problems))
  }

  const mounts = new MountTable()
  for (const mount of definition.mounts ?? [])
    mounts.add(mount.path, mountHandler(mount, { definition, container, settings, problems }))
  const hosts = hostList(allowedHostsOf(definition, environment, problems))
  problems.throwIfAny()
  return {
    environment,
    container,
    operations,
    parts,
    limits,
    kernel: new Kernel({
      ...settings,
      routes,
      mounts,
      logger,
      secureCookies: environment === 'production',
      handlerTimeoutMs: limits.handlerTimeoutMs,
      middleware: definition.middleware ?? [],
      redirectSlashes: definition.redirectSlashes ?? true,
      rootPath: rootPathOf(definition),
    }),
    lines: new ResponseLines(securityHeaders(definition, environment)),
    head: { hosts, trustedProxies: trustedProxies(definition.trustedProxies ?? []), limits },
  }
}

function addOperation(
  routes: Routes,
  description: OperationDescription,
  settings: OperationSettings,
  problems: Problems,
): void {
  const { name } = description.placed
  try {
    routes.add(new CompiledOperation(description, settings, problems), problems)
  } catch (error) {
    problems.add(name, error instanceof Error ? error.message : String(error))
  }
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
): Record<string, string> {
  const headers: Record<string, string> = { ...SECURITY_HEADERS }
  if (environment === 'production') headers['strict-transport-security'] = STRICT_TRANSPORT
  for (const [name, value] of Object.entries(changes)) {
    if (value === false) delete headers[name.toLowerCase()]
    else headers[name.toLowerCase()] = value
  }
  return headers
}
