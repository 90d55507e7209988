import type { PoolClient } from 'pg'
import type { RowSet } from './row-set.ts'
import { wireClient } from './runner.ts'
import type { Statement } from './statement.ts'
import type { WireClient } from './wire-client.ts'

/** What a lane tells those who fill it. */
export interface LaneEvents {
  /** A statement has its answer. */
  readonly free: (lane: Lane) => void
  /** The connection is gone. */
  readonly lost: (lane: Lane) => void
}

/** A connection that many statements share: each is sent at once, behind those that are under way. */
export class Lane {
  /** No statement was answered between two looks: what is added would wait for an unknown time. */
  isStalled = false
  /** Takes nothing more, and goes back to the pool when it is idle. */
  isDraining = false
  inFlight = 0
  idleLooks = 0
  readonly #client: PoolClient & WireClient
  readonly #settled: () => void
  readonly #release: (error?: Error) => void
  #answered = 0
  #answeredBefore = 0
  #wasBusy = false

  constructor(client: PoolClient, { free, lost }: LaneEvents) {
    this.#client = client as PoolClient & WireClient
    wireClient(client)
    this.#settled = () => {
      this.inFlight -= 1
      this.#answered += 1
      this.isStalled = false
      free(this)
    }
    const end = (): void => lost(this)
    client.on('end', end).on('error', end)
    this.#release = (error) => {
      client.off('end', end).off('error', end)
      client.release(error)
    }
  }

  run(statement: Statement, values: readonly unknown[], prepare: boolean): Promise<RowSet> {
    this.inFlight += 1
    return this.#client.run(statement, values, { prepare, shared: true, settled: this.#settled })
  }

  /** Called at a steady pace, after what has arrived was read. */
  look(): void {
    const isQuiet = this.#answered === this.#answeredBefore
    this.isStalled = isQuiet && this.#wasBusy && this.inFlight > 0
    this.idleLooks = isQuiet && this.inFlight === 0 ? this.idleLooks + 1 : 0
    this.#answeredBefore = this.#answered
    this.#wasBusy = this.inFlight > 0
  }

  /** Gives the connection back; with an error, to be closed. */
  release(error?: Error): void {
    this.#release(error)
  }
}
