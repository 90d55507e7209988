import type { AppServices } from './services.ts'

/** Variables by which those that run several processes of an app say how many there are. */
const COUNTS = ['ASHLAR_WORKERS', 'WEB_CONCURRENCY', 'REPLICAS'] as const

/** How many processes of this app the environment speaks of; 1 where it does not. */
export function announcedProcesses(environment: Readonly<Record<string, string | undefined>> = process.env): number {
  return Math.max(1, ...COUNTS.map((name) => Number(environment[name])).filter(Number.isInteger))
}

const warned = new WeakMap<AppServices, Set<string>>()

/** What is kept in one process, and what would have it shared. */
export interface KeptHere {
  /** `rate limits are counted`: the sentence goes on with "in this process alone". */
  readonly what: string
  /** `add redis: redis() to createApp`. */
  readonly remedy: string
}

/**
 * For security state that is kept in the memory of one process: in production it warns once, and where the environment speaks of several processes it refuses.
 * Elsewhere it says nothing.
 *
 * @throws TypeError in production with several processes.
 */
export function requireOneProcess(services: AppServices, { what, remedy }: KeptHere): void {
  if (services.environment !== 'production') return
  const processes = announcedProcesses()
  if (processes > 1)
    throw new TypeError(
      `${what} in this process alone, and ${COUNTS.join(', ')} say that there are ${processes}; ${remedy}`,
    )
  const said = warned.get(services) ?? new Set()
  warned.set(services, said)
  if (said.has(what)) return
  said.add(what)
  services.logger.warn({}, `${what} in this process alone: a second one would count for itself; ${remedy}`)
}
