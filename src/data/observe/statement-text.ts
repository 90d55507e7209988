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
