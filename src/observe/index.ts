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
export type { LogLevel } from './logs/log-level.ts'
export type { LogOptions } from './logs/log-options.ts'
export type { RequestLine } from './logs/request-line.ts'
export type { ErrorHook, ErrorReport } from './reports/error-report.ts'
