import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../core/request.ts'
import { MetricsCollector } from './collect-metrics.ts'
import type { FromWorker, Ready } from './messages.ts'
import { WorkerProcess, type Ended } from './worker-process.ts'

/** One that lived for less has not shown that it can. */
const STABLE_MS = 10_000
const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 30_000
/** Starts that fail one after the other while nobody else serves: then it is not a matter of waiting. */
const MOST_FAILURES = 5

export interface SupervisorOptions {
  readonly count: number
  readonly log: Logger
  /** No worker can be started any more. */
  readonly onGivenUp: () => void
}

/** Keeps so many workers serving, until it is told to stop. */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #workers = new Set<WorkerProcess>()
  readonly #failures = new Map<number, number>()
  readonly #metrics = new MetricsCollector()
  readonly #stopping = new AbortController()
  #restarts: Promise<void> = Promise.resolve()
  #restartWaits = false
  /** One whose successor is being started already. */
  #succeeded: WorkerProcess | undefined

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  /** The first alone: what is wrong is said once, and what has to be done once, such as migrations, nobody waits for. `undefined` where one cannot start. */
  async start(): Promise<Ready | undefined> {
    const first = this.#fork(1)
    const ready = await first.ready
    if (ready === undefined || this.#isStopping) return undefined
    const others = Array.from({ length: this.#options.count - 1 }, (_, index) => this.#fork(index + 2))
    const all = await Promise.all(others.map((worker) => worker.ready))
    if (all.includes(undefined) || this.#isStopping) return undefined
    // The first may have ended while the others were started.
    for (const worker of [first, ...others]) void this.#keep(worker)
    return ready
  }

  /**
   * Each in its turn: the new one answers before the old one stops. One that cannot start leaves all others as they are. Where that is under way it is done
   * once more afterwards: some may run code that has been replaced meanwhile.
   */
  async restart(): Promise<void> {
    if (!this.#restartWaits) {
      this.#restartWaits = true
      this.#restarts = this.#restarts.then(() => {
        this.#restartWaits = false
        return this.#restart()
      })
    }
    return this.#restarts
  }

  /** @returns Whether all of them ended as they should. */
  async stop(): Promise<boolean> {
    this.#stopping.abort()
    const ends = await Promise.all([...this.#workers].map((worker) => worker.stop('drain')))
    return ends.every(({ code }) => code === 0)
  }

  kill(): void {
    for (const worker of this.#workers) worker.kill()
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted
  }

  #fork(slot: number): WorkerProcess {
    const worker = new WorkerProcess(slot, (from, message) => this.#told(from, message))
    this.#workers.add(worker)
    void worker.ended.then(() => this.#workers.delete(worker))
    return worker
  }

  #told(from: WorkerProcess, message: FromWorker): void {
    if (message.type === 'collect') {
      const serving = [...this.#workers].filter((worker) => worker.isServing || worker === from)
      // While one takes the place of another both are there.
      const latest = new Map(serving.map((worker) => [worker.slot, worker]))
      void this.#metrics.collect(from, message.id, [...latest.values()])
    } else this.#metrics.told(from, message)
  }

  /** Until it is told to stop: where it ends by itself, another takes its place. */
  async #keep(worker: WorkerProcess): Promise<void> {
    const ended = await worker.ended
    if (this.#isStopping || worker.isStopping) return
    const { slot } = worker
    const wasStable = performance.now() - worker.startedAt > STABLE_MS
    this.#failures.set(slot, wasStable ? 0 : (this.#failures.get(slot) ?? 0) + 1)
    this.#options.log.error(
      { worker: slot, pid: worker.pid, ...ended },
      `worker ${slot} ${how(ended)}; another takes its place`,
    )
    if (worker !== this.#succeeded) await this.#replace(slot)
  }

  async #replace(slot: number): Promise<void> {
    while (!this.#isStopping) {
      const failures = this.#failures.get(slot) ?? 0
      const waitMs = failures === 0 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS)
      await sleep(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
      if (this.#isStopping) return
      const worker = this.#fork(slot)
      if ((await worker.ready) !== undefined) return void this.#keep(worker)
      if (this.#isStopping) return
      this.#failures.set(slot, failures + 1)
      this.#options.log.error({ worker: slot, attempt: failures + 1 }, `worker ${slot} could not be started`)
      if (failures + 1 >= MOST_FAILURES && !this.#isServing) return this.#options.onGivenUp()
    }
  }

  get #isServing(): boolean {
    return [...this.#workers].some((worker) => worker.isServing)
  }

  async #restart(): Promise<void> {
    if (this.#isStopping) return
    for (const old of [...this.#workers].filter((worker) => worker.isServing)) {
      if (this.#isStopping || !old.isServing) continue
      if (!(await this.#startAnew(old))) return
    }
    if (!this.#isStopping) this.#options.log.info({}, 'all workers were started anew')
  }

  async #startAnew(old: WorkerProcess): Promise<boolean> {
    const { slot } = old
    this.#succeeded = old
    const worker = this.#fork(slot)
    const isReady = (await worker.ready) !== undefined
    this.#succeeded = undefined
    if (this.#isStopping) return false
    if (isReady) {
      void this.#keep(worker)
      await old.stop('handOver')
      return true
    }
    this.#options.log.error(
      { worker: slot },
      `worker ${slot} could not be started anew; those that serve go on as they are`,
    )
    // It has ended as well, meanwhile.
    if (!this.#workers.has(old)) void this.#replace(slot)
    return false
  }
}

function how({ code, signal }: Ended): string {
  return signal === null ? `ended with ${code}` : `was killed by ${signal}`
}
