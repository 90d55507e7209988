import { setTimeout as sleep } from 'node:timers/promises'
import type { App } from '../app/app.ts'
import { environmentOf } from '../app/environment.ts'
import { availabilityOf } from '../app/internals.ts'
import { limitsOf } from '../app/limits-of.ts'

/** Beyond the limits of a stop: what parts need to end, and handlers that are aborted to roll back. */
const PARTS_MS = 8_000

/**
 * How an app stops: `drain` says first that it is not ready any more, and serves on for a while; `handOver` does so without saying it, since other workers
 * of the port go on; `now` takes no more requests.
 */
export type StopKind = 'drain' | 'handOver' | 'now'

/** Stops an app that may be about to start; what is in flight is finished. */
export async function stopApp(app: App, kind: StopKind): Promise<void> {
  const availability = availabilityOf(app)
  // One that has never answered has nothing to wait for.
  if (kind !== 'now' && availability.phase !== 'starting') {
    if (kind === 'drain') availability.drain()
    else availability.handOver()
    await sleep(drainMsOf(app, kind))
  }
  await app.stop()
}

/** In development nobody balances load, and whoever waits is a person. */
function drainMsOf({ definition }: App, kind: StopKind): number {
  if (kind === 'drain' && environmentOf(definition) !== 'production') return 0
  return limitsOf(definition).drainMs
}

/** After this an app that is still there does not stop by itself. */
export function longestStopMs({ definition }: App): number {
  const { drainMs, shutdownTimeoutMs } = limitsOf(definition)
  return drainMs + shutdownTimeoutMs + PARTS_MS
}
