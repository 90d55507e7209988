import { constants } from 'node:os'

/** A process that ends by a signal has this plus the signal's number as its code, as shells count it. */
const SIGNAL_EXIT_BASE = 128

/** Calls `stop` at the first SIGTERM or SIGINT, and exits with 0 when it is done; a second signal exits at once. */
export function stopOnSignal(stop: (signal: NodeJS.Signals) => Promise<void>, failed: (error: unknown) => void): void {
  let stopping = false
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(SIGNAL_EXIT_BASE + constants.signals[signal])
    stopping = true
    stop(signal).then(() => process.exit(0), failed)
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}
