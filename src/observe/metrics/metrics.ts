import type { Registry } from 'prom-client'
import type { Meters } from '../../core/observation/meters.ts'
import { collectProcess } from './process-metrics.ts'
import { loadPromClient, type PromClient } from './prom-client.ts'
import { PromMeters } from './prom-meters.ts'

/** The metrics of one app, in a registry of its own. */
export interface Metrics {
  readonly meters: Meters
  /** The registry of prom-client that all of them are in. */
  readonly registry: Registry
  /** The media type of {@link text}. */
  readonly contentType: string
  readonly text: () => Promise<string>
}

export function makeMetrics(): Metrics {
  const prom: PromClient = loadPromClient()
  const registry = new prom.Registry()
  const meters = new PromMeters(prom, registry)
  collectProcess(prom, registry, meters)
  return { meters, registry, contentType: registry.contentType, text: () => registry.metrics() }
}
