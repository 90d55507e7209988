import { runningRequest } from '../../core/running-request.ts'
import { DEFAULT_NAME } from '../location.ts'
import { parseToken, tokenOf } from './wal-position.ts'

/** How long a client's own writes are looked for. A replica that is further behind is not fit to serve. */
const COOKIE_SECONDS = 60

/**
 * Read your writes, on any process: after a write the client gets the place of it in the primary's log, as a cookie and as a header, and sends
 * it along with what it asks next. A replica that has not come so far does not answer that client.
 */
export class Consistency {
  readonly #name: string

  /** @param database - Its name: an app may have several. */
  constructor(database: string) {
    this.#name = `ashlar-consistency${database === DEFAULT_NAME ? '' : `-${database}`}`
  }

  tell(position: bigint): void {
    const response = runningRequest.getStore()?.response
    if (response === undefined) return
    const token = tokenOf(position)
    response.header(`x-${this.#name}`, token)
    response.cookie(this.#name, token, { maxAgeSeconds: COOKIE_SECONDS })
  }

  /** What the client of the running request has to see. One that is made up sends its own reads to the primary, and nobody else's. */
  asked(): bigint | undefined {
    const head = runningRequest.getStore()?.head
    if (head === undefined) return undefined
    return parseToken(head.header(`x-${this.#name}`)) ?? parseToken(head.cookie(this.#name))
  }
}
