import { looksSecret } from '../../core/secret-names.ts'

/** Headers whose value is a credential or as good as one, and whose name does not say so; and those Node has for all of them at once. */
const HIDDEN = ['idempotency-key', 'idempotencyKey', 'rawHeaders', 'rawTrailers', 'dpop']

/** Names come from code, so they are few; where they come from data there is no end of them. */
const MOST_KNOWN = 2_000

/** Which fields of a log line have a value that is not written. A name is looked at once. */
export class HiddenNames {
  readonly #hidden: Set<string>
  readonly #known = new Map<string, boolean>()

  /** @param more - Names besides those that look secret. */
  constructor(more: readonly string[] = []) {
    this.#hidden = new Set([...HIDDEN, ...more].map((name) => name.toLowerCase()))
  }

  /** Hides another one from now on: the header of an API key, which an app may call as it likes. */
  add(name: string): void {
    this.#hidden.add(name.toLowerCase())
    this.#known.clear()
  }

  has(name: string): boolean {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const hidden = this.#hidden.has(name.toLowerCase()) || looksSecret(name)
    if (this.#known.size < MOST_KNOWN) this.#known.set(name, hidden)
    return hidden
  }
}
