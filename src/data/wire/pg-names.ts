/** The named statements of one connection, as `pg` keeps them: those the server has, and those whose Parse is under way. */
export interface PgStatements {
  readonly parsedStatements: Record<string, string>
  readonly submittedNamedStatements: Record<string, string>
}

/** As many of `pg`'s named statements one connection keeps. A backend holds some 10 to 100 KB for each. */
export const PG_NAMES_MAX = 256

/** What `pg` has prepared on one connection: it keeps everything for as long as that lives; here the one used longest ago makes room. */
export class PgNames {
  /** The one used longest ago first. */
  readonly #used = new Set<string>()
  readonly #statements: PgStatements
  #outdated: string[] = []

  constructor(statements: PgStatements) {
    this.#statements = statements
  }

  /** To be called before a run under this name: gives the names that the server is to close first. They are not there any more. */
  use(name: string): readonly string[] {
    if (this.#used.delete(name) || this.#used.size < PG_NAMES_MAX) {
      this.#used.add(name)
      return this.#takeOutdated()
    }
    const closed = this.#makeRoom()
    this.#used.add(name)
    return closed === undefined ? this.#takeOutdated() : [...this.#takeOutdated(), closed]
  }

  /** The tables are others than when it was prepared: it is parsed again with its next run. */
  outdate(name: string): void {
    if (this.#statements.parsedStatements[name] === undefined) return
    delete this.#statements.parsedStatements[name]
    this.#outdated.push(name)
  }

  #takeOutdated(): readonly string[] {
    if (this.#outdated.length === 0) return NONE
    const outdated = this.#outdated
    this.#outdated = []
    return outdated
  }

  #makeRoom(): string | undefined {
    const { parsedStatements, submittedNamedStatements } = this.#statements
    for (const name of this.#used) {
      // Its answer would have it among the parsed ones again.
      if (submittedNamedStatements[name] !== undefined) continue
      this.#used.delete(name)
      // A statement that could not be parsed is not there.
      if (parsedStatements[name] === undefined) return undefined
      delete parsedStatements[name]
      return name
    }
    return undefined
  }
}

const NONE: readonly string[] = []
