/** What stands where a secret would have been shown. */
export const REDACTED = '[redacted]'

/**
 * A value that cannot be shown by accident: in a log, in JSON, in a text, by `console.log` or `util.inspect`, it is `[redacted]`, and a
 * structured clone of it is empty. Only {@link Secret.reveal} gives the value.
 *
 * @example
 * const key = new Secret('sk_live_4711')
 * `${key} ${JSON.stringify({ key })}`   // => '[redacted] {"key":"[redacted]"}'
 */
export class Secret<T = string> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  /** The value itself. Search for this name to find every place that has it. */
  reveal(): T {
    return this.#value
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  [Symbol.toPrimitive](): string {
    return REDACTED
  }

  /** How Node shows it: `console.log`, `util.inspect`, the REPL. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED
  }
}
