import { availableParallelism } from 'node:os'
import { CommandError } from '../command-error.ts'

/** A number of processes, or one for each core. */
export type WorkersFlag = number | 'auto'

/** More than any machine has cores for; a slip of the finger must not fork ten thousand. */
const MOST = 256

/**
 * What the flag says, else `WEB_CONCURRENCY`, else one.
 *
 * @throws CommandError where the variable is neither a number nor `auto`.
 */
export function workersWanted(flag: WorkersFlag | undefined, variable = ''): WorkersFlag {
  const wanted = flag ?? (variable === '' ? 1 : parseWorkers(variable))
  if (wanted !== undefined) return wanted
  throw new CommandError(`WEB_CONCURRENCY is ${JSON.stringify(variable)}.`, { hint: WORKERS_HINT, fatal: true })
}

/** `auto` is one for each core that the process may use; where a container is limited to fewer than the machine has: those. */
export function workerCount(wanted: WorkersFlag): number {
  return wanted === 'auto' ? Math.min(availableParallelism(), MOST) : wanted
}

/** `undefined` where it is none. */
export function parseWorkers(text: string): WorkersFlag | undefined {
  if (text === 'auto') return text
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0
  return count >= 1 && count <= MOST ? count : undefined
}

export const WORKERS_HINT = `The number of processes is a number from 1 to ${MOST}, or auto: one for each core.`

/** Says in the environment how many there are, for who keeps something in one process alone: the flag has the last word. */
export function announceWorkers(count: number, environment: Record<string, string | undefined>): void {
  const variable = environment['WEB_CONCURRENCY'] ?? ''
  if (count === 1 && variable === '') return
  environment['ASHLAR_WORKERS'] = String(count)
  environment['WEB_CONCURRENCY'] = String(count)
}
