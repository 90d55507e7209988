import type { Connection, DatabaseError } from 'pg'
import { isStale } from '../stale-plan.ts'
import { connectionLost } from '../translate-error.ts'
import { describedColumns } from './binary-columns.ts'
import { queryMessages } from './messages.ts'
import type { Prepared, PreparedStatements } from './prepared-statements.ts'
import { ReceivedRows, type RowSet } from './row-set.ts'
import type { Statement } from './statement.ts'

/** What a query needs of the connection it runs on. */
export interface QueryHost {
  readonly prepared: PreparedStatements
  write(bytes: Buffer, shared: boolean): void
  /** Whether the connection was in no transaction when the statement began. */
  isOutsideTransaction(): boolean
  send(query: WireQuery): void
  /** One of the queries under way has its answer. */
  settled(): void
}

export interface WireQueryOptions {
  /** Parse each time, under no name: for what stands between and hands out connections by transaction. */
  readonly prepare: boolean
  /** Whether the connection is shared with other requests. */
  readonly shared?: boolean
  /** Told once, before the result is. */
  readonly settled?: () => void
}

const UNKNOWN_STATEMENT = '26000'

/** One run of a statement, in the queue of a `pg` client, which calls it as it does its own queries. */
export class WireQuery {
  /** `pg` keeps a table of named statements. Ours are not in it. */
  readonly name = undefined
  readonly statement: Statement
  readonly rows = new ReceivedRows()
  readonly result: Promise<RowSet>
  readonly #values: readonly unknown[]
  readonly #host: QueryHost
  readonly #options: WireQueryOptions
  #prepared: Prepared | undefined
  #parsing = false
  #retried = false
  #settled = false
  #resolve!: (rows: RowSet) => void
  #reject!: (error: unknown) => void

  constructor(host: QueryHost, statement: Statement, values: readonly unknown[], options: WireQueryOptions) {
    this.#host = host
    this.statement = statement
    this.#values = values
    this.#options = options
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** Of the server: it has read the text. */
  parsed(): void {
    this.#parsing = false
  }

  /** Of the server: what its columns are, from the next run on. */
  described(frame: Buffer): void {
    if (this.#prepared !== undefined) this.#prepared.binary = describedColumns(frame)
  }

  /** Called by `pg` when its turn has come to be sent; gives the error where it cannot be. */
  submit(): Error | null {
    try {
      this.#host.write(this.#encode(), this.#options.shared === true)
      this.#host.prepared.closed()
      if (this.#prepared !== undefined) this.#prepared.sent = true
      return null
    } catch (error) {
      return error as Error
    }
  }

  #encode(): Buffer {
    const { statement } = this
    const { prepared: statements } = this.#host
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
    this.#settle()
    this.#resolve(this.rows)
  }

  handleError(error: Error): void {
    const prepared = this.#prepared
    const isStale = prepared !== undefined && isStalePlan(error)
    // A statement whose Parse has failed is not there either.
    if (prepared !== undefined && (isStale || this.#parsing)) this.#host.prepared.forget(prepared)
    if (isStale && !this.#retried && this.#host.isOutsideTransaction()) {
      this.#retried = true
      this.#host.send(this)
      return
    }
    this.#settle()
    this.rows.release()
    this.#reject(connectionLost(error) ?? error)
  }

  /** Once: a query that has waited too long is told again when its connection breaks. */
  #settle(): void {
    if (this.#settled) return
    this.#settled = true
    this.#host.settled()
    this.#options.settled?.()
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

function isStalePlan(error: Error): boolean {
  const failed = error as DatabaseError
  return failed.code === UNKNOWN_STATEMENT || isStale(failed)
}
