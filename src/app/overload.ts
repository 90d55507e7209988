import type { Problems } from '../core/graph/problems.ts'
import type { LoadLimits } from '../http/load.ts'
import type { AppDefinition } from './definition.ts'
import { probePaths } from './own-routers.ts'

/** When a process turns requests away with 503 `overloaded` and `Retry-After`, before anything is done for them. */
export interface OverloadOptions {
  /**
   * How long one turn of the event loop may take on new requests, where turns are longer than that for half a second and more: so long the slowest of them waits.
   * Milliseconds. Default 200.
   */
  readonly maxEventLoopDelayMs?: number
  /**
   * Requests a process works on at once, such as those that wait for the database; not those whose body is on its way or whose answer is being sent. Raise it
   * where handlers wait long on purpose. Default 1,000.
   */
  readonly maxConcurrent?: number
  /** Default 1. */
  readonly retryAfterSeconds?: number
}

const DEFAULTS = { maxEventLoopDelayMs: 200, maxConcurrent: 1_000, retryAfterSeconds: 1 } as const

/** The limits of an app's load; `undefined` where it has none. Whoever runs it sees how it is all the same. */
export function loadLimitsOf(definition: AppDefinition, problems: Problems): LoadLimits | undefined {
  const { overload = {} } = definition
  if (overload === false) return undefined
  const limits = { ...DEFAULTS, ...overload }
  for (const name of Object.keys(overload))
    if (!Object.hasOwn(DEFAULTS, name))
      problems.add('overload', `${name} is not one of its options: ${Object.keys(DEFAULTS).join(', ')}`)
  for (const name of ['maxEventLoopDelayMs', 'maxConcurrent', 'retryAfterSeconds'] as const)
    if (!(Number.isInteger(limits[name]) && limits[name] >= 1))
      problems.add('overload', `${name} is a whole number from 1; it is ${limits[name]}`)
  const probes = probePaths(definition)
  return { ...limits, exempt: (path) => probes.has(path) }
}
