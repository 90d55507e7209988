import type { OperationDescription } from '../core/description.ts'
import { looksSecret } from '../core/secret-names.ts'
import { appLogging, type AppLogging } from '../observe/app-logging.ts'
import { isSecret } from '../schema/secret.ts'
import type { AppDefinition } from './definition.ts'
import { environmentOf } from './environment.ts'

/**
 * The log of an app, as its definition wants it.
 *
 * @throws RangeError where `logs`, `LOG_LEVEL` or `LOG_FORMAT` has a value that is none.
 */
export function loggingOf(definition: AppDefinition): AppLogging {
  const { logs, logger, onError } = definition
  return appLogging({ environment: environmentOf(definition), logs, logger, onError })
}

/** Tells the log what is secret by declaration: parameters of paths, such as the token of a link, and names of API keys. Those of mounted apps too. */
export function knowSecrets(
  logging: AppLogging,
  { mounts = [] }: AppDefinition,
  operations: readonly OperationDescription[],
): void {
  for (const each of operations) knowOperation(logging, each, '')
  for (const { path, target } of mounts)
    if (target.type === 'app') for (const each of target.app.operations) knowOperation(logging, each, path)
}

function knowOperation({ paths, names }: AppLogging, operation: OperationDescription, prefix: string): void {
  paths.add(secretPath(operation, prefix))
  for (const { scheme } of operation.access.authenticators) {
    const { name } = scheme
    if (scheme.type === 'apiKey' && typeof name === 'string') names.add(name)
  }
}

function secretPath({ placed }: OperationDescription, prefix: string): { template: string; hidden: Set<string> } {
  const { params } = placed.operation.inputs
  // Of a Zod object; another library's schema is told by the names alone.
  const { shape = {} } = (params ?? {}) as { readonly shape?: Readonly<Record<string, unknown>> }
  const hidden = placed.pathNames.filter((name) => looksSecret(name) || isSecret(shape[name]))
  return { template: prefix + placed.path, hidden: new Set(hidden) }
}
