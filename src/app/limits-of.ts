import { resolveLimits, type Limits } from '../http/edge/limits.ts'
import type { AppDefinition } from './definition.ts'

/**
 * The limits that hold for an app.
 *
 * @throws RangeError where its definition names one that is none.
 */
export function limitsOf({ limits }: Pick<AppDefinition, 'limits'>): Limits {
  return resolveLimits(limits)
}
