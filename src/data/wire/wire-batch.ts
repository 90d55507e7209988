import { connectionLost } from '../translate-error.ts'
import { describedColumns } from './binary-columns.ts'
import { queryMessages } from './messages.ts'
import type { Prepared } from './prepared-statements.ts'
import { QueuedQuery, type QueryHost } from './queued-query.ts'
import { ReceivedRows, type RowSet } from './row-set.ts'
import type { NamedStatement } from './statement.ts'
import { isStalePlan } from './wire-query.ts'

/** One of the statements of a batch, with the values of this run. */
export interface BatchRun {
  readonly statement: NamedStatement
  readonly values: readonly unknown[]
}

/**
 * Statements that are sent together with one Sync behind them: the server runs one after the other in one implicit transaction. All are saved,
 * by one commit, or none is.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export class WireBatch extends QueuedQuery<readonly RowSet[]> {
  /** Whether the server may have seen anything of it. */
  isSent = false
  readonly #runs: readonly BatchRun[]
  readonly #results: readonly ReceivedRows[]
  readonly #prepared: Prepared[] = []
  #completed = 0
  /** What is parsed with this batch, in order, and how much of it the server has read. */
  readonly #parsing: Prepared[] = []
  #parsed = 0

  constructor(host: QueryHost, runs: readonly BatchRun[]) {
    super(host, undefined)
    this.#runs = runs
    this.#results = runs.map(() => new ReceivedRows())
  }

  get rows(): ReceivedRows {
    return this.#results[this.#completed]!
  }

  parsed(): void {
    this.#parsed += 1
  }

  described(frame: Buffer): void {
    this.#parsing[this.#parsed - 1]!.binary = describedColumns(frame)
  }

  completed(tag: string): void {
    this.rows.complete(tag)
    this.#completed += 1
  }

  submit(): Error | null {
    try {
      // All first: what makes room for them is closed with the first message. None of them makes room for another, as one connection keeps more.
      for (const { statement } of this.#runs) this.#prepared.push(this.host.prepared.use(statement.name, statement))
      const bytes = Buffer.concat(this.#runs.map((run, index) => this.#encode(run, index)))
      this.host.write(bytes, false)
      this.host.prepared.closed()
      for (const prepared of this.#parsing) prepared.sent = true
      this.isSent = true
      return null
    } catch (error) {
      return error as Error
    }
  }

  #encode({ statement, values }: BatchRun, index: number): Buffer {
    const prepared = this.#prepared[index]!
    const parse = !prepared.sent && !this.#parsing.includes(prepared)
    if (parse) this.#parsing.push(prepared)
    this.#results[index]!.binary = prepared.binary
    return queryMessages({
      close: index === 0 ? this.host.prepared.abandoned : [],
      parse: parse ? statement.text : undefined,
      name: prepared.serverName,
      values,
      binary: prepared.binary,
      sync: index === this.#runs.length - 1,
    })
  }

  handleReadyForQuery(): void {
    this.settle()
    this.resolve(this.#results)
  }

  handleError(error: Error): void {
    // Behind what failed, nothing was read up to the Sync. Which statement is stale is not told.
    const lost = isStalePlan(error) ? this.#prepared : this.#parsing.slice(this.#parsed)
    for (const prepared of lost) this.host.prepared.forget(prepared)
    this.settle()
    for (const rows of this.#results) rows.release()
    this.reject(connectionLost(error) ?? error)
  }
}
