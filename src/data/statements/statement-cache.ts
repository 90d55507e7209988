/** More shapes than any app declares: beyond it, somebody makes up ever new combinations of filters. */
export const MAX_STATEMENTS = 500

/** Compiled statements by shape, of which the one made longest ago goes first. */
export class StatementCache<T> {
  readonly #byShape = new Map<string, T>()

  get(shape: string, compile: () => T): T {
    const known = this.#byShape.get(shape)
    if (known !== undefined) return known
    const compiled = compile()
    if (this.#byShape.size >= MAX_STATEMENTS) this.#byShape.delete(this.#byShape.keys().next().value as string)
    this.#byShape.set(shape, compiled)
    return compiled
  }
}
