import { constants } from 'node:os'

/** A process that ends by a signal has this plus the signal's number as its code, as shells count it. */
const SIGNAL_EXIT_BASE = 128

/** One Ctrl-C may come twice: from the terminal to all of its processes, and passed on by the one that has started this, such as npm or timeout. */
const ECHO_MS = 100

export interface OnStop {
  /** Stops; afterwards the process exits with 0. */
  readonly stop: (signal: NodeJS.Signals) => Promise<void>
  readonly failed: (error: unknown) => void
  /** It takes a moment, and from now on another signal ends the process at once. */
  readonly stopping?: (signal: NodeJS.Signals) => void
}

/** Stops at the first SIGTERM or SIGINT; a second signal exits at once. */
export function stopOnSignal({ stop, failed, stopping }: OnStop): void {
  let first: 'none' | 'just now' | 'before' = 'none'
  const onSignal = (signal: NodeJS.Signals): void => {
    if (first === 'before') process.exit(SIGNAL_EXIT_BASE + constants.signals[signal])
    if (first === 'just now') return
    first = 'just now'
    setTimeout(() => {
      first = 'before'
      stopping?.(signal)
    }, ECHO_MS)
    stop(signal).then(() => process.exit(0), failed)
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}

/**
 * Ends the process at SIGTERM or SIGINT, as it would end without this, until there is something to stop: call what it gives then. The first process of a
 * container does not end by itself, and what it was told before it could listen would be lost.
 */
export function endOnSignal(): () => void {
  const onSignal = (signal: NodeJS.Signals): never => process.exit(SIGNAL_EXIT_BASE + constants.signals[signal])
  process.once('SIGTERM', onSignal).once('SIGINT', onSignal)
  return () => void process.off('SIGTERM', onSignal).off('SIGINT', onSignal)
}

/** For whoever waits. */
export function stoppingText(signal: NodeJS.Signals): string {
  return `${signal}: finishing the requests in flight. Again to stop at once.`
}
