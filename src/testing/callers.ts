import { randomBytes } from 'node:crypto'
import type { KnownCaller } from '../app/known-caller.ts'
import type { Principal } from '../core/access/index.ts'

const HEADER = 'x-ashlar-test-caller'
const TOKEN_BYTES = 32

/** The callers a test has named. Each gets a token nobody can guess, which only this test app knows. */
export class Callers {
  readonly #byToken = new Map<string, Principal>()

  /** The headers that make a request this caller's. */
  headersFor(user: Principal): Record<string, string> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    this.#byToken.set(token, user)
    return { [HEADER]: token }
  }

  /** Who sends this request; `undefined` leaves it to the app's authenticators. */
  readonly find: KnownCaller = (request) => {
    const token = request.header(HEADER)
    return token === undefined ? undefined : this.#byToken.get(token)
  }
}
