import type { Counter, Histogram, Labelled, Meters } from '../../core/observation/meters.ts'
import type {
  ObservedAnswer,
  ObservedRequest,
  RefusedRequest,
  RequestObserver,
} from '../../core/observation/observer.ts'
import { errorType } from '../error-type.ts'
import { knownMethod } from '../http-method.ts'

/** The path of each operation by its name, with its parameters' names in the place of their values. */
export type RouteTemplates = (operation: string) => string | undefined

/** No operation: an unknown path, or a mounted server's. */
const UNKNOWN = 'unknown'

/** Default bounds of durations, in seconds, as OpenTelemetry recommends them for HTTP. */
const DURATIONS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] as const

/** Classes of errors are few, and so are operations; a program can make both. */
const MOST_ERRORS = 10_000
/** As many as there are operations, methods and statuses: nobody outside can make more. */
const LABELS = ['operation', 'http_request_method', 'http_route', 'http_response_status_code'] as const
type Durations = Labelled<Histogram, (typeof LABELS)[number]>
type Errors = Labelled<Counter, 'operation' | 'error_type'>
type Refusals = Labelled<Counter, 'http_response_status_code'>

/** Counts and times requests by operation, method and status; what a client sends is never a label. */
export class RequestMetrics implements RequestObserver {
  readonly #durations: Durations
  readonly #errors: Errors
  readonly #refusals: Refusals
  readonly #templates: RouteTemplates
  /** By operation, method and status: found without putting a key together. */
  readonly #series = new Map<string, Map<string, Histogram[]>>()

  constructor(meters: Meters, templates: RouteTemplates, buckets: readonly number[] = DURATIONS) {
    this.#templates = templates
    this.#durations = meters.histogram({
      name: 'http_server_request_duration_seconds',
      help: 'Requests by operation: how many, and how long until their answer was on its way.',
      labels: LABELS,
      buckets,
      mostSeries: Infinity,
    })
    this.#errors = meters.counter({
      name: 'http_server_request_errors_total',
      help: 'Requests answered with 5xx, by the code of the error or the name of its class.',
      labels: ['operation', 'error_type'],
      mostSeries: MOST_ERRORS,
    })
    this.#refusals = meters.counter({
      name: 'http_server_refused_requests_total',
      help: 'Requests refused before they were any: their head could not be read, or named another host.',
      labels: ['http_response_status_code'],
    })
  }

  readonly answered = ({ operation = UNKNOWN, head }: ObservedRequest, answer: ObservedAnswer): void => {
    const { status, durationMs, error } = answer
    const method = knownMethod(head.method)
    const known = this.#series.get(operation)?.get(method)?.[status]
    const histogram = known ?? this.#make(operation, method, status)
    histogram.observe(durationMs / 1000)
    if (status >= 500)
      this.#errors.with({ operation, error_type: error === undefined ? String(status) : errorType(error) }).add()
  }

  readonly refused = ({ status }: RefusedRequest): void => {
    this.#refusals.with({ http_response_status_code: String(status) }).add()
  }

  #make(operation: string, method: string, status: number): Histogram {
    const byMethod = this.#series.get(operation) ?? new Map<string, Histogram[]>()
    this.#series.set(operation, byMethod)
    const byStatus = byMethod.get(method) ?? []
    byMethod.set(method, byStatus)
    const made = this.#durations.with({
      operation,
      http_request_method: method,
      http_route: this.#templates(operation) ?? '',
      http_response_status_code: String(status),
    })
    byStatus[status] = made
    return made
  }
}
