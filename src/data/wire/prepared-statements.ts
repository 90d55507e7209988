import type { BinaryColumns } from './binary-columns.ts'
import type { Statement } from './statement.ts'

/** A statement the server has parsed, or is about to. */
export interface Prepared {
  readonly statement: Statement
  /** Its name on the server. A statement that is parsed anew gets a new one, so that what is under way cannot meet the wrong one. */
  readonly serverName: string
  /** Whether its Parse has been sent. */
  sent: boolean
  /** The columns that are to come in binary form; known when the server has described the statement. */
  binary: BinaryColumns | undefined
  used: number
}

/** As many plans one connection keeps. A backend holds some 10 to 100 KB for each. */
export const PREPARED_MAX = 256

/** What one connection has prepared: a bounded number, of which the one used longest ago makes room. */
export class PreparedStatements {
  readonly #byName = new Map<string, Prepared>()
  readonly #max: number
  #abandoned: string[] = []
  #names = 0
  #uses = 0

  constructor(max = PREPARED_MAX) {
    this.#max = max
  }

  get size(): number {
    return this.#byName.size
  }

  /** @throws Error where the name stands for another text. */
  use(name: string, statement: Statement): Prepared {
    const known = this.#byName.get(name)
    if (known === undefined) return this.#add(name, statement)
    if (known.statement !== statement && known.statement.text !== statement.text) {
      throw new Error(
        `The statement's name ${JSON.stringify(name)} already stands for another text: give it one of its own.`,
      )
    }
    known.used = this.#uses += 1
    return known
  }

  /** The server does not know it, or must parse it anew. */
  forget(prepared: Prepared): void {
    const name = prepared.statement.name
    if (name === undefined || this.#byName.get(name) !== prepared) return
    this.#byName.delete(name)
    this.#abandoned.push(prepared.serverName)
  }

  /** The names the server is to close, with the next message to it. */
  get abandoned(): readonly string[] {
    return this.#abandoned
  }

  closed(): void {
    if (this.#abandoned.length > 0) this.#abandoned = []
  }

  #add(name: string, statement: Statement): Prepared {
    if (this.#byName.size >= this.#max) this.forget(this.#leastRecentlyUsed())
    this.#names += 1
    this.#uses += 1
    const prepared: Prepared = {
      statement,
      serverName: `ashlar_${this.#names}`,
      sent: false,
      used: this.#uses,
      binary: undefined,
    }
    this.#byName.set(name, prepared)
    return prepared
  }

  #leastRecentlyUsed(): Prepared {
    let oldest: Prepared | undefined
    for (const prepared of this.#byName.values()) {
      if (oldest === undefined || prepared.used < oldest.used) oldest = prepared
    }
    return oldest!
  }
}
