export { meters } from './meters.ts'
export { openTelemetry } from './tracing/open-telemetry.ts'
export type { OpenTelemetryOptions } from './tracing/open-telemetry.ts'
export { tracedFetch } from './tracing/traced-fetch.ts'
export type {
  Counter,
  Gauge,
  Histogram,
  Labelled,
  MeterOf,
  MeterOptions,
  Meters,
  Reading,
} from '../core/observation/meters.ts'
export type { TracedApp, Tracing } from '../core/observation/tracing.ts'
