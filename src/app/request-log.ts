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

/** Tells the log which values in paths are secret: the token of a link, say. In those of mounted apps too. */
export function knowPaths(
  { paths }: AppLogging,
  { mounts = [] }: AppDefinition,
  operations: readonly OperationDescription[],
): void {
  for (const each of operations) paths.add(secretPath(each, ''))
  for (const { path, target } of mounts)
    if (target.type === 'app') for (const each of target.app.operations) paths.add(secretPath(each, path))
}

function secretPath({ placed }: OperationDescription, prefix: string): { template: string; hidden: Set<string> } {
  const { params } = placed.operation.inputs
  // Of a Zod object; another library's schema is told by the names alone.
  const { shape = {} } = (params ?? {}) as { readonly shape?: Readonly<Record<string, unknown>> }
  const hidden = placed.pathNames.filter((name) => looksSecret(name) || isSecret(shape[name]))
  return { template: prefix + placed.path, hidden: new Set(hidden) }
}
