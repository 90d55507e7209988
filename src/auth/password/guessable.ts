import { COMMON_PASSWORDS } from './common-passwords.ts'

/** Rows of keys and what hands do with them, the alphabet, digits. */
const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  'qazwsxedcrfvtgbyhnujmikolp',
  'q1w2e3r4t5y6u7i8o9p0',
  '1q2w3e4r5t6y7u8i9o0p',
].flatMap((row) => [row, row.split('').reverse().join('')])

const MIN_RUN = 4
const MIN_WORD = 3
const MIN_COMMON = 8
/** In longer ones a common password is too small a part to be looked for. */
const MAX_SEARCHED = 64
/** What must be left of a password that a list, a row of keys and its owner's name do not have. */
const MIN_REST = 5

/**
 * Whether a password is one that is tried first: a common one, a row of keys, the same again and again, the names of the app or of its owner; or one of these
 * with a few characters more (NIST SP 800-63B section 3.1.1.2).
 *
 * @param words - Names it must not be made of.
 */
export function isGuessable(password: string, words: readonly string[]): boolean {
  const text = fold(password)
  const unit = repeatedUnit(text)
  if (COMMON_PASSWORDS.has(text) || COMMON_PASSWORDS.has(unit)) return true
  const rest = withoutRuns(withoutCommon(withoutWords(unit, words)))
  return rest.replaceAll(/[\p{P}\p{Z}\p{C}]/gu, '').length < MIN_REST
}

/** The names in texts such as an address or a title, as they could stand in a password. */
export function wordsIn(texts: readonly string[]): readonly string[] {
  const words = texts.flatMap((text) => [fold(text), ...fold(text).split(/[^\p{L}\p{N}]+/u)])
  // The longest first, so that none is cut by a shorter one.
  return [...new Set(words)].filter((word) => word.length >= MIN_WORD).toSorted((a, b) => b.length - a.length)
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

/** What the text repeats: `abc` of `abcabcabc`; the text itself where it repeats nothing. */
function repeatedUnit(text: string): string {
  const at = (text + text).indexOf(text, 1)
  return text.slice(0, at)
}

function withoutWords(text: string, words: readonly string[]): string {
  return words.reduce((rest, word) => rest.replaceAll(word, ''), text)
}

/** Without the longest common password in it; one, since several words in a row are a good password. */
function withoutCommon(text: string): string {
  if (text.length > MAX_SEARCHED) return text
  for (let length = text.length; length >= MIN_COMMON; length -= 1)
    for (let from = 0; from + length <= text.length; from += 1)
      if (COMMON_PASSWORDS.has(text.slice(from, from + length))) return text.slice(0, from) + text.slice(from + length)
  return text
}

/** Without runs along a row of keys, and with one of a character that stands several times in a row. */
function withoutRuns(text: string): string {
  let rest = ''
  for (let at = 0; at < text.length;) {
    const run = runAt(text, at)
    if (run < MIN_RUN) rest += text[at]
    at += run < MIN_RUN ? 1 : run
  }
  return rest.replaceAll(/(.)\1{2,}/gu, '$1')
}

/** How many characters from here on follow each other in some row. */
function runAt(text: string, at: number): number {
  let longest = 0
  for (const row of ROWS) {
    let length = 0
    while (at + length < text.length && row.includes(text.slice(at, at + length + 1))) length += 1
    longest = Math.max(longest, length)
  }
  return longest
}
