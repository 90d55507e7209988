import type { MetricObjectWithValues, MetricValue } from 'prom-client'
import type { PromClient } from './prom-client.ts'

/** The metrics of one process, as they go from one to another. */
export type MetricsOfProcess = readonly MetricObjectWithValues<MetricValue<string>>[]

/** The same with the number of its worker. */
export interface WorkerMetrics {
  readonly worker: number
  readonly metrics: MetricsOfProcess
}

/** The label that tells workers apart. */
const LABEL = 'worker'

/**
 * The metrics of all workers as one text. Each keeps its own series: counters of one that was replaced begin anew, and a sum of all would look as if nothing had
 * ever happened before, or all of it at once.
 */
export function textOfWorkers(prom: PromClient, all: readonly WorkerMetrics[]): Promise<string> {
  const labelled = all.map(({ worker, metrics }) =>
    metrics.map((metric) => ({
      ...metric,
      // No two have the same labels: nothing is added up.
      aggregator: 'sum' as const,
      values: metric.values.map((value) => ({ ...value, labels: { ...value.labels, [LABEL]: String(worker) } })),
    })),
  )
  return prom.AggregatorRegistry.aggregate(labelled).metrics()
}
