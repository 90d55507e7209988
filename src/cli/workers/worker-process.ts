import cluster, { type Worker } from 'node:cluster'
import { fromWorker, type Envelope, type FromWorker, type Ready, type ToWorker } from './messages.ts'

/** Where a worker has not said how long it may take to stop. */
const LONGEST_STOP_MS = 60_000

/** How a process ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: string | null
}

/** One worker, from its fork to its end. */
export class WorkerProcess {
  /** Which of the workers it is, from 1 on. Who takes its place has the same number. */
  readonly slot: number
  readonly pid: number
  /** `undefined` where it ended before it could answer. */
  readonly ready: Promise<Ready | undefined>
  readonly ended: Promise<Ended>
  readonly startedAt = performance.now()
  readonly #worker: Worker
  #isReady: Ready | undefined
  #isStopping = false

  constructor(slot: number, told: (from: WorkerProcess, message: FromWorker) => void) {
    this.slot = slot
    this.#worker = cluster.fork({ ASHLAR_WORKER: String(slot) })
    this.pid = this.#worker.process.pid ?? 0
    const ready = Promise.withResolvers<Ready | undefined>()
    const ended = Promise.withResolvers<Ended>()
    this.ready = ready.promise
    this.ended = ended.promise
    this.#worker.on('message', (message: unknown) => {
      const said = fromWorker(message)
      if (said?.type === 'ready') {
        ready.resolve((this.#isReady = said))
        // What it was told before it could listen is lost.
        if (this.#isStopping) this.send({ type: 'stop', kind: 'now' })
      }
      if (said !== undefined) told(this, said)
    })
    // A message to one that has just ended.
    this.#worker.on('error', () => undefined)
    this.#worker.process.once('exit', (code, signal) => {
      this.#isReady = undefined
      ready.resolve(undefined)
      ended.resolve({ code, signal })
    })
  }

  /** Whether it answers requests, and is to go on doing so. */
  get isServing(): boolean {
    return this.#isReady !== undefined && !this.#isStopping
  }

  get isStopping(): boolean {
    return this.#isStopping
  }

  send(message: ToWorker): void {
    const envelope: Envelope<ToWorker> = { ashlar: message }
    if (this.#worker.isConnected()) this.#worker.send(envelope)
  }

  /** Stops it gracefully, or not gracefully where that takes longer than it may. */
  async stop(kind: 'drain' | 'handOver'): Promise<Ended> {
    this.#isStopping = true
    const timer = setTimeout(() => this.kill(), this.#isReady?.longestStopMs ?? LONGEST_STOP_MS)
    this.send({ type: 'stop', kind })
    return this.ended.finally(() => clearTimeout(timer))
  }

  kill(): void {
    this.#worker.process.kill('SIGKILL')
  }
}
