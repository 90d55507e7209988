import type { Registry } from 'prom-client'
import type { Meters } from '../../core/observation/meters.ts'
import { collectProcess } from './process-metrics.ts'
import { loadPromClient, type PromClient } from './prom-client.ts'
import { PromMeters } from './prom-meters.ts'
import { textOfWorkers, type MetricsOfProcess, type WorkerMetrics } from './worker-metrics.ts'

/** Asks all workers of the app for their metrics, the one that asks among them. */
export type AskWorkers = () => Promise<readonly WorkerMetrics[]>

/** The metrics of one app, in a registry of its own. */
export interface Metrics {
  readonly meters: Meters
  /** The registry of prom-client that all of them are in. */
  readonly registry: Registry
  /** The media type of {@link text}. */
  readonly contentType: string
  /** Those of this process; where it is one of several workers, those of all. */
  readonly text: () => Promise<string>
  /** Those of this process alone. */
  readonly measure: () => Promise<MetricsOfProcess>
  /** This process is a worker: {@link text} is that of all from now on. */
  readonly joinWorkers: (ask: AskWorkers) => void
}

export function makeMetrics(): Metrics {
  const prom: PromClient = loadPromClient()
  const registry = new prom.Registry()
  const meters = new PromMeters(prom, registry)
  let isWatched = false
  // Watching the process takes timers and observers that nothing ends: not for an app that nobody ever asks, as in most tests.
  const watched = (): Registry => {
    if (!isWatched) collectProcess(prom, registry, meters)
    isWatched = true
    return registry
  }
  let askWorkers: AskWorkers | undefined
  return {
    meters,
    registry,
    contentType: registry.contentType,
    text: async () => (askWorkers === undefined ? watched().metrics() : textOfWorkers(prom, await askWorkers())),
    measure: () => watched().getMetricsAsJSON(),
    joinWorkers: (ask) => {
      askWorkers = ask
    },
  }
}
