/** Longer texts are cut: they are for people. */
const LONGEST = 500

/**
 * A statement as a pattern: without values, and the same for any number of them in a list. So that statements which differ in values alone
 * count as one, and nothing secret reaches a log.
 */
export function patternOf(text: string): string {
  return text
    .replaceAll(/'(?:[^']|'')*'/g, '?')
    .replaceAll(/\$\d+|(?<![\w."])\d+(?:\.\d+)?\b/g, '?')
    .replaceAll(/\?(?:\s*,\s*\?)+/g, '?')
    .replaceAll(/\(\s*\?\s*\)(?:\s*,\s*\(\s*\?\s*\))+/g, '(?)')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

export function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text
}

/** BEGIN, savepoints and settings ask for no rows. */
export function isControl(text: string): boolean {
  return /^\s*(?:begin|commit|rollback|savepoint|release|set|show|start)\b/i.test(text)
}

/** Patterns are worked out once per text; a program that writes its values into its texts must not fill the memory. */
const MOST_TEXTS = 5_000

/** The patterns of statements that come again and again. */
export class StatementPatterns {
  readonly #known = new Map<string, string>()

  of(text: string): string {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    if (this.#known.size >= MOST_TEXTS) this.#known.clear()
    const pattern = patternOf(text)
    this.#known.set(text, pattern)
    return pattern
  }
}
