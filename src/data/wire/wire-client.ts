import type { Duplex } from 'node:stream'
import { Client, types, type ClientConfig, type Connection, type DatabaseError, type QueryConfig } from 'pg'
import { isoTime } from '../wire-times.ts'
import { AnswerWatch } from './answer-watch.ts'
import { FrameReader } from './frame-reader.ts'
import { frameRouter, IN_TRANSACTION } from './frame-router.ts'
import { IsoTimes } from './iso-times.ts'
import { PgNames, type PgStatements } from './pg-names.ts'
import { PreparedStatements } from './prepared-statements.ts'
import { QueuedQuery } from './queued-query.ts'
import { readingSocket } from './reading-socket.ts'
import { ReceivedBytes } from './received-bytes.ts'
import type { RowSet } from './row-set.ts'
import type { Statement } from './statement.ts'
import { WireBegin, type BeginHost } from './wire-begin.ts'
import { WireBatch, type BatchRun } from './wire-batch.ts'
import { isStalePlan, WireQuery, type WireQueryOptions } from './wire-query.ts'

const { TIMESTAMP, TIMESTAMPTZ, DATE } = types.builtins

/** What the engine uses of a `pg` client besides its types. `wire-client.test.ts` holds it to what is there. */
interface ClientInternals {
  readonly _queryable: boolean
  readonly _ending: boolean
  readonly _activeQuery: unknown
  readonly _queryQueue: unknown[]
  readonly connectionParameters: { readonly query_timeout?: unknown }
  _pulseQueryQueue(): void
}

interface ConnectionInternals extends Omit<Connection, 'stream'>, PgStatements {
  stream: Duplex
  attachListeners(stream: NodeJS.ReadableStream): void
  close(what: { readonly type: 'S'; readonly name: string }): void
}

/**
 * A `pg` client that also runs statements whose rows stay as the server sent them, among its own queries and in order with them. Of what is
 * received, only the frames that answer such statements are read here; all others go to `pg`'s own parser.
 *
 * To its own queries it gives times as ISO 8601 strings, in place of `Date` objects (slow to make and to serialise) and of PostgreSQL's own
 * form. Drizzle asks for PostgreSQL's form with each query and makes a `Date` of it where a column's mode says so; ISO 8601 serves it as well.
 */
export class WireClient extends Client implements BeginHost {
  readonly prepared = new PreparedStatements()
  readonly #watch: AnswerWatch
  readonly #pgNames: PgNames
  #corked = false
  /** The BEGIN of a transaction that has sent nothing yet. */
  #begin: WireBegin | undefined

  constructor(config?: string | ClientConfig) {
    super(config)
    this.setTypeParser(TIMESTAMPTZ, isoTime)
    this.setTypeParser(TIMESTAMP, isoTime)
    this.setTypeParser(DATE, (text) => text)
    this.#watch = new AnswerWatch(Number(this.#internals.connectionParameters.query_timeout ?? 0), () => this.#giveUp())
    this.#pgNames = new PgNames(this.#wire)
    this.#intercept()
  }

  override query(...args: never[]): never {
    const [config] = args as unknown as [QueryConfig | string]
    this.#gather(false)
    this.#sendBegin()
    if (typeof config === 'object') {
      if (config.types !== undefined) config.types = IsoTimes.over(config.types)
      if (config.name !== undefined) this.#makeRoomFor(config.name)
    }
    // The overloads of `query` have one implementation.
    return super.query(...(args as unknown as [string])) as never
  }

  /**
   * Begins a transaction with the first statement that is sent: both leave together and are answered together. Where it fails, the connection
   * is lost, and all else fails with it.
   */
  begin(text: string): void {
    this.#begin = new WireBegin(this, text)
  }

  begun(): void {
    this.connection.emit('readyForQuery', IN_TRANSACTION)
  }

  abandon(): void {
    this.connection.stream.destroy()
  }

  /** Runs a statement, after what was sent before and without waiting for it. */
  run(statement: Statement, values: readonly unknown[], options: WireQueryOptions): Promise<RowSet> {
    const query = new WireQuery(this, statement, values, options)
    this.#watch.began()
    this.send(query)
    return query.result
  }

  /** Sends statements to be saved together, in a transaction of their own. */
  runBatch(runs: readonly BatchRun[]): WireBatch {
    const batch = new WireBatch(this, runs)
    this.#watch.began()
    this.send(batch)
    return batch
  }

  send(query: Pick<QueuedQuery<unknown>, 'handleError'>): void {
    const internals = this.#internals
    if (!internals._queryable || internals._ending) {
      query.handleError(new Error(internals._ending ? CLOSED : BROKEN))
      return
    }
    this.#sendBegin()
    internals._queryQueue.push(query)
    internals._pulseQueryQueue()
  }

  #sendBegin(): void {
    const begin = this.#begin
    if (begin === undefined) return
    this.#begin = undefined
    this.send(begin)
  }

  /** `pg` runs its next statement under this name. */
  #makeRoomFor(name: string): void {
    for (const closed of this.#pgNames.use(name)) this.#wire.close({ type: 'S', name: closed })
  }

  settled(): void {
    this.#watch.answered()
  }

  isOutsideTransaction(): boolean {
    return this.getTransactionStatus() === 'I'
  }

  /** `shared`: others may have something to say on this connection in the same turn of the event loop. */
  write(bytes: Buffer, shared: boolean): void {
    if (!this.connection.stream.writable) return
    this.#gather(shared)
    this.connection.stream.write(bytes)
  }

  /** What is said together leaves in one write: the server reads it at once, and so does the network. BEGIN travels with the first statement. */
  #gather(shared: boolean): void {
    const { stream } = this.connection
    if (this.#corked || !stream.writable) return
    this.#corked = true
    stream.cork()
    const send = (): void => {
      this.#corked = false
      stream.uncork()
    }
    if (shared) setImmediate(send)
    else process.nextTick(send)
  }

  /** The server has not answered for longer than any statement may take. */
  #giveUp(): void {
    const active = this.#internals._activeQuery
    if (active instanceof QueuedQuery) active.handleError(new Error('Query read timeout'))
    this.connection.stream.destroy()
  }

  /** `pg` hands over the stream once it is open, behind TLS where there is TLS. */
  #intercept(): void {
    const connection = this.#wire
    const attachToParser = connection.attachListeners.bind(connection)
    const consume = frameRouter({ connection, attachToParser, active: () => this.#internals._activeQuery })
    const reader = new FrameReader(consume)
    // Before `pg` itself is told, to which no query is active then.
    connection.on('errorMessage', (error: DatabaseError) => {
      const active = this.#internals._activeQuery as { readonly name?: string } | null
      if (active?.name !== undefined && isStalePlan(error)) this.#pgNames.outdate(active.name)
    })
    // What comes decrypted comes in buffers of its own.
    if (!this.ssl) connection.stream = readingSocket(reader)
    connection.attachListeners = (stream) => {
      stream.on('data', (chunk: Buffer) => reader.read(new ReceivedBytes(chunk), 0, chunk.length))
    }
  }

  get #internals(): ClientInternals {
    return this as unknown as ClientInternals
  }

  get #wire(): ConnectionInternals {
    return this.connection as unknown as ConnectionInternals
  }
}

/** The words of `pg`: by them a connection's errors are known. */
const BROKEN = 'Client has encountered a connection error and is not queryable'
const CLOSED = 'Client was closed and is not queryable'
