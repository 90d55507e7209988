import type { DatabaseError } from 'pg'
import { isStale } from '../stale-plan.ts'
import { connectionLost } from '../translate-error.ts'
import { describedColumns } from './binary-columns.ts'
import { queryMessages } from './messages.ts'
import type { Prepared } from './prepared-statements.ts'
import { QueuedQuery, type QueryHost } from './queued-query.ts'
import { ReceivedRows, type RowSet } from './row-set.ts'
import type { Statement } from './statement.ts'

export interface WireQueryOptions {
  /** Parse each time, under no name: for what stands between and hands out connections by transaction. */
  readonly prepare: boolean
  /** Whether the connection is shared with other requests. */
  readonly shared?: boolean
  /** Told once, before the result is. */
  readonly settled?: () => void
}

const UNKNOWN_STATEMENT = '26000'

/** One run of a statement. */
export class WireQuery extends QueuedQuery<RowSet> {
  readonly statement: Statement
  readonly rows = new ReceivedRows()
  readonly #values: readonly unknown[]
  readonly #options: WireQueryOptions
  #prepared: Prepared | undefined
  #parsing = false
  #retried = false

  constructor(host: QueryHost, statement: Statement, values: readonly unknown[], options: WireQueryOptions) {
    super(host, options.settled)
    this.statement = statement
    this.#values = values
    this.#options = options
  }

  parsed(): void {
    this.#parsing = false
  }

  /** It holds from the next run on. */
  described(frame: Buffer): void {
    if (this.#prepared !== undefined) this.#prepared.binary = describedColumns(frame)
  }

  completed(tag: string): void {
    this.rows.complete(tag)
  }

  submit(): Error | null {
    try {
      this.host.write(this.#encode(), this.#options.shared === true)
      this.host.prepared.closed()
      if (this.#prepared !== undefined) this.#prepared.sent = true
      return null
    } catch (error) {
      return error as Error
    }
  }

  #encode(): Buffer {
    const { statement } = this
    const { prepared: statements } = this.host
    const prepared =
      this.#options.prepare && statement.name !== undefined ? statements.use(statement.name, statement) : undefined
    this.#prepared = prepared
    this.#parsing = prepared?.sent !== true
    this.rows.binary = prepared?.binary
    return queryMessages({
      close: statements.abandoned,
      parse: this.#parsing ? statement.text : undefined,
      name: prepared?.serverName ?? '',
      values: this.#values,
      binary: prepared?.binary,
    })
  }

  handleReadyForQuery(): void {
    this.settle()
    this.resolve(this.rows)
  }

  handleError(error: Error): void {
    const prepared = this.#prepared
    const isStale = prepared !== undefined && isStalePlan(error)
    // A statement whose Parse has failed is not there either.
    if (prepared !== undefined && (isStale || this.#parsing)) this.host.prepared.forget(prepared)
    if (isStale && !this.#retried && this.host.isOutsideTransaction()) {
      this.#retried = true
      this.host.send(this)
      return
    }
    this.settle()
    this.rows.release()
    this.reject(connectionLost(error) ?? error)
  }
}

/** Whether the server does not know the statement, or what it refers to has changed. */
export function isStalePlan(error: Error): boolean {
  const failed = error as DatabaseError
  return failed.code === UNKNOWN_STATEMENT || isStale(failed)
}
