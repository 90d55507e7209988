import { queryMessages } from './messages.ts'
import { QueuedQuery, type QueryHost } from './queued-query.ts'
import { ReceivedRows } from './row-set.ts'

/** What the beginning of a transaction needs of its connection. */
export interface BeginHost extends QueryHost {
  /** The transaction is open: what follows is the answer to the next query. */
  begun(): void
  /** The connection is of no use any more. */
  abandon(): void
}

/**
 * The BEGIN of a transaction, without a Sync of its own: its answer comes with that of the statement behind it, so that the server sends
 * once, and we read once. It has no name, since nothing may keep a transaction from beginning (`DEALLOCATE ALL`), and is nothing to plan.
 */
export class WireBegin extends QueuedQuery<void> {
  readonly rows = new ReceivedRows()
  readonly #host: BeginHost
  readonly #text: string

  constructor(host: BeginHost, text: string) {
    super(host, undefined)
    this.#host = host
    this.#text = text
  }

  submit(): null {
    const messages = queryMessages({
      close: this.host.prepared.abandoned,
      parse: this.#text,
      describe: false,
      name: '',
      values: [],
      binary: undefined,
      sync: false,
    })
    this.host.write(messages, false)
    this.host.prepared.closed()
    return null
  }

  completed(): void {
    this.#host.begun()
  }

  /** Behind what failed the server reads nothing up to the next Sync: what was sent behind it would have no answer of its own. */
  handleError(): void {
    this.#host.abandon()
  }

  parsed(): void {}
  described(): void {}
  handleReadyForQuery(): void {}
}
