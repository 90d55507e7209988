import { setTimeout as sleep } from 'node:timers/promises'
import type { WorkerMetrics } from '../../observe/metrics/worker-metrics.ts'
import type { FromWorker } from './messages.ts'
import type { WorkerProcess } from './worker-process.ts'

/** A worker that is busy for longer is left out. */
const PATIENCE_MS = 2_000

/** Carries the metrics of all workers to the one that was asked for them. */
export class MetricsCollector {
  readonly #waiting = new Map<number, (from: WorkerProcess, metrics: WorkerMetrics['metrics']) => void>()
  #lastId = 0

  told(from: WorkerProcess, message: FromWorker): void {
    if (message.type === 'metrics') this.#waiting.get(message.id)?.(from, message.metrics)
  }

  async collect(asking: WorkerProcess, asked: number, workers: readonly WorkerProcess[]): Promise<void> {
    const id = ++this.#lastId
    const all: WorkerMetrics[] = []
    const missing = new Set(workers)
    const complete = Promise.withResolvers<void>()
    this.#waiting.set(id, (from, metrics) => {
      if (missing.delete(from)) all.push({ worker: from.slot, metrics })
      if (missing.size === 0) complete.resolve()
    })
    for (const worker of workers) worker.send({ type: 'measure', id })
    const patience = new AbortController()
    await Promise.race([complete.promise, sleep(PATIENCE_MS, undefined, patience).catch(() => undefined)])
    patience.abort()
    this.#waiting.delete(id)
    asking.send({ type: 'collected', id: asked, all: all.toSorted((a, b) => a.worker - b.worker) })
  }
}
