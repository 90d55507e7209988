import { performance } from 'node:perf_hooks'
import type { Registry } from 'prom-client'
import type { Meters } from '../../core/observation/meters.ts'
import type { PromClient } from './prom-client.ts'

/** How often the delay of the event loop is looked at, in milliseconds. */
const LOOK_EVERY_MS = 10

/** CPU, memory, garbage collection, files, and how late and how busy the event loop is. */
export function collectProcess(prom: PromClient, registry: Registry, meters: Meters): void {
  prom.collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOK_EVERY_MS })
  meters.watch(
    {
      of: 'counter',
      name: 'nodejs_eventloop_time_seconds_total',
      help: 'Time the event loop was active or idle. The rate of the active part is its utilisation.',
      labels: ['nodejs_eventloop_state'],
    },
    () => {
      const { active, idle } = performance.eventLoopUtilization()
      return [
        { value: active / 1000, labels: { nodejs_eventloop_state: 'active' } },
        { value: idle / 1000, labels: { nodejs_eventloop_state: 'idle' } },
      ]
    },
  )
}
