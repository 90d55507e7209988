import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { ProcessReport, Question } from './app-process.ts'
import { sampleApp } from './sample.ts'

// The program that app-process.ts runs.
const { app, trace } = sampleApp()
const uncaught: string[] = []
process.on('uncaughtException', (error) => uncaught.push(String(error.stack)))
process.on('unhandledRejection', (reason) => uncaught.push(String(reason)))

const RESOLUTION_MS = 10
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
delay.enable()
const toMs = (nanoseconds: number): number => nanoseconds / 1e6
const report = (): ProcessReport => ({
  ran: trace.ran,
  uncaught,
  delay: { p99: toMs(delay.percentile(99)), max: toMs(delay.max) },
})
const send = (message: unknown): void => void process.send?.(message)

process.on('message', (question: Question) => {
  // The monitor's timer records a delay when it is over.
  setTimeout(() => {
    if (question === 'report') return send(report())
    delay.reset()
    send('reset')
  }, 2 * RESOLUTION_MS)
})
process.on('SIGTERM', () => {
  void Promise.all([app.stop(), app.stop()])
    .then(() => app.stop())
    .then(() => {
      send(report())
      // Nothing else may keep the process: it ends by itself, with 0.
      process.disconnect?.()
    })
})

const { port } = await app.listen({ port: 0, host: '127.0.0.1' })
send(port)
