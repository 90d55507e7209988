import type { MetricsOfProcess, WorkerMetrics } from '../../observe/metrics/worker-metrics.ts'
import type { StopKind } from '../stop-app.ts'

/** Under one name: the app's own code may send messages too. */
export interface Envelope<Message> {
  readonly ashlar: Message
}

/** A worker that answers requests. */
export interface Ready {
  readonly type: 'ready'
  /** `Shop 1.0.0 runs in production`. */
  readonly headline: string
  /** Where it is reached. */
  readonly places: string
  readonly environment: 'development' | 'production' | 'test'
  /** After this it does not stop by itself. */
  readonly longestStopMs: number
}

/** What a worker tells the process that holds the workers. */
export type FromWorker =
  | Ready
  /** Somebody asked this worker for the metrics of all. */
  | { readonly type: 'collect'; readonly id: number }
  | { readonly type: 'metrics'; readonly id: number; readonly metrics: MetricsOfProcess }

/** What a worker is told. */
export type ToWorker =
  | { readonly type: 'stop'; readonly kind: StopKind }
  /** Another worker was asked for the metrics of all. */
  | { readonly type: 'measure'; readonly id: number }
  | { readonly type: 'collected'; readonly id: number; readonly all: readonly WorkerMetrics[] }

/** What the one who holds the workers has sent; `undefined` where the app sent it for itself. */
export function toWorker(message: unknown): ToWorker | undefined {
  return opened(message) as ToWorker | undefined
}

/** What a worker has sent; `undefined` where its app sent it for itself. */
export function fromWorker(message: unknown): FromWorker | undefined {
  return opened(message) as FromWorker | undefined
}

/** Nobody else uses the name: what is under it is what was sent. */
function opened(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'ashlar' in message ? message.ashlar : undefined
}
