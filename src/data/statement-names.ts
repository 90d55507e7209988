import { createHash } from 'node:crypto'

/** Runs of a text before it is given a name: one that is never seen again costs more prepared than not. */
const RUNS_BEFORE = 2
/** Names of one process at most. Each connection keeps what it has prepared for as long as it lives. */
export const MAX_NAMES = 256
/** Texts that are counted at most, such as those of lists of ever other lengths. */
const MAX_COUNTED = 1024

/** Names under which the texts that come again and again are prepared. */
export class StatementNames {
  readonly #names = new Map<string, string>()
  readonly #runs = new Map<string, number>()
  #renewals = 0

  /** The text's name; `undefined` where it is to be parsed for this run alone. */
  nameOf(text: string): string | undefined {
    // Perhaps several commands, which cannot be prepared.
    if (text.includes(';')) return undefined
    const name = this.#names.get(text)
    if (name !== undefined || this.#names.size >= MAX_NAMES) return name
    const runs = (this.#runs.get(text) ?? 0) + 1
    if (runs <= RUNS_BEFORE) {
      if (this.#runs.size >= MAX_COUNTED) this.#runs.clear()
      this.#runs.set(text, runs)
      return undefined
    }
    this.#runs.delete(text)
    return this.#named(text)
  }

  /** What was prepared under a text's name does not fit the tables any more: from now on it has another one. */
  renew(text: string): void {
    if (!this.#names.has(text)) return
    this.#renewals += 1
    this.#named(text)
  }

  #named(text: string): string {
    const hash = createHash('sha256').update(text).digest('base64url').slice(0, 16)
    const name = `drizzle_${hash}_${this.#renewals}`
    this.#names.set(text, name)
    return name
  }
}
