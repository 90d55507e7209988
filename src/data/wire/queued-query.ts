import type { Connection } from 'pg'
import type { PreparedStatements } from './prepared-statements.ts'
import type { ReceivedRows } from './row-set.ts'

/** What a query needs of the connection it runs on. */
export interface QueryHost {
  readonly prepared: PreparedStatements
  write(bytes: Buffer, shared: boolean): void
  /** Whether the connection was in no transaction when the statement began. */
  isOutsideTransaction(): boolean
  send(query: Pick<QueuedQuery<unknown>, 'handleError'>): void
  /** One of the queries under way has its answer. */
  settled(): void
}

/** A query of ours in the queue of a `pg` client, which calls it as it does its own; what comes for it are frames. */
export abstract class QueuedQuery<Result> {
  /** `pg` keeps a table of named statements. Ours are not in it. */
  readonly name = undefined
  protected readonly host: QueryHost
  readonly #outcome = Promise.withResolvers<Result>()
  readonly #told: (() => void) | undefined
  #settled = false

  /** `told` is called once, before the result is there. */
  constructor(host: QueryHost, told: (() => void) | undefined) {
    this.host = host
    this.#told = told
  }

  get result(): Promise<Result> {
    return this.#outcome.promise
  }

  /** Where the row that is being received belongs. */
  abstract readonly rows: ReceivedRows
  /** Of the server: it has read a text. */
  abstract parsed(): void
  /** Of the server: what a statement's columns are. */
  abstract described(frame: Buffer): void
  /** Of the server: a command has run, by its tag. */
  abstract completed(tag: string): void
  /** Called by `pg` when its turn has come to be sent; gives the error where it cannot be. */
  abstract submit(): Error | null
  abstract handleReadyForQuery(): void
  abstract handleError(error: Error): void

  protected resolve(result: Result): void {
    this.#outcome.resolve(result)
  }

  protected reject(error: unknown): void {
    this.#outcome.reject(error)
  }

  /** Once: a query that has waited too long is told again when its connection breaks. */
  protected settle(): void {
    if (this.#settled) return
    this.#settled = true
    this.host.settled()
    this.#told?.()
  }

  /** Of COPY, which the engine is not for. The server has read our Sync as part of the copy and waits for another. */
  handleCopyInResponse(connection: Connection & { sendCopyFail(reason: string): void }): void {
    connection.sendCopyFail('COPY FROM STDIN is for a connection of its own')
    connection.sync()
  }

  handleCopyData(): void {}
  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleRowDescription(): void {}
}
