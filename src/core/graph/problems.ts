/**
 * Everything wrong with an app's definition, found at start and told at once.
 *
 * @example
 * try {
 *   createApp({ title: 'Blog', version: '1.0.0', api })
 * } catch (error) {
 *   if (error instanceof DefinitionError) console.error(error.problems.join('\n'))
 * }
 */
export class DefinitionError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    const list = problems.map((problem) => `  - ${problem}`).join('\n')
    super(`The app cannot start: ${problems.length === 1 ? '1 problem' : `${problems.length} problems`}\n${list}`)
    this.name = 'DefinitionError'
    this.problems = problems
  }
}

/** Collects problems with the place they were found at. */
export class Problems {
  readonly #found: string[] = []

  add(place: string, what: string): void {
    const problem = `${place}: ${what}`
    if (!this.#found.includes(problem)) this.#found.push(problem)
  }

  /** The value of `work`; what it throws becomes a problem of this place. */
  collect<T>(place: string, work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      this.add(place, error instanceof Error ? error.message : String(error))
      return undefined
    }
  }

  /** @throws DefinitionError where there are any. */
  throwIfAny(): void {
    if (this.#found.length > 0) throw new DefinitionError(this.#found)
  }
}
