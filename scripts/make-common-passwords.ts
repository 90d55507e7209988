// Writes src/auth/password/common-passwords.ts out of the list of @zxcvbn-ts/language-common, sorted by how often passwords were found:
//   npm pack @zxcvbn-ts/language-common && tar xzf zxcvbn-ts-language-common-*.tgz
//   node scripts/make-common-passwords.ts package/src/passwords.json package/LICENSE.txt
import { readFileSync, writeFileSync } from 'node:fs'

/** Shorter ones no policy allows. */
const MIN_LENGTH = 8
const MOST_COMMON = 6_000
/** Of these every one counts: they are what is left where long passwords are asked for. */
const LONG = 12

const [listPath, licencePath] = process.argv.slice(2)
if (listPath === undefined || licencePath === undefined)
  throw new TypeError('Name the list and its licence: node scripts/make-common-passwords.ts passwords.json LICENSE.txt')

const found = JSON.parse(readFileSync(listPath, 'utf8')) as readonly string[]
const known = [...new Set(found.map((each) => each.normalize('NFKC').toLowerCase()))].filter(
  (each) => each.length >= MIN_LENGTH && !/[\s'\\]/.test(each),
)
const kept = known.filter((each, index) => index < MOST_COMMON || each.length >= LONG)
const licence = readFileSync(licencePath, 'utf8').trim().replaceAll(/^/gm, ' * ').replaceAll(/ +$/gm, '')

writeFileSync(
  new URL('../src/auth/password/common-passwords.ts', import.meta.url),
  // With an exclamation mark, so that the build keeps it.
  `/*!
 * Written by scripts/make-common-passwords.ts from the list of @zxcvbn-ts/language-common, which has this licence:
 *
${licence}
 */

/** Passwords that many people use, in lower case, the most frequent first. */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  '${kept.join(' ')}'.split(' '),
)
`,
)
process.stdout.write(`${kept.length} passwords\n`)
