import { findMetrics } from '../../app/internals.ts'
import type { App } from '../../app/app.ts'
import type { WorkerMetrics } from '../../observe/metrics/worker-metrics.ts'
import { toWorker, type FromWorker } from './messages.ts'

/** The one who holds the workers waits less for each of them. */
const PATIENCE_MS = 5_000

/** `/metrics` of any worker answers for all of them. */
export function shareMetrics(app: App, tell: (message: FromWorker) => void): void {
  const metrics = findMetrics(app)
  if (metrics === undefined) return
  const waiting = new Map<number, (all: readonly WorkerMetrics[]) => void>()
  let lastId = 0
  process.on('message', (message) => {
    const told = toWorker(message)
    if (told?.type === 'collected') waiting.get(told.id)?.(told.all)
    if (told?.type === 'measure')
      void metrics.measure().then((measured) => tell({ type: 'metrics', id: told.id, metrics: measured }))
  })
  metrics.joinWorkers(async () => {
    const id = ++lastId
    const collected = Promise.withResolvers<readonly WorkerMetrics[]>()
    const timer = setTimeout(() => collected.reject(new Error('The workers were not heard of in time.')), PATIENCE_MS)
    waiting.set(id, collected.resolve)
    tell({ type: 'collect', id })
    return collected.promise.finally(() => {
      clearTimeout(timer)
      waiting.delete(id)
    })
  })
}
