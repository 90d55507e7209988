import { looksSecret } from '../../core/secret-names.ts'
import { REDACTED } from '../../core/secret.ts'

/**
 * Credentials that can be told by their looks, with what stands in their place. Errors may repeat what somebody has sent: none of these may try a
 * long text from each of its beginnings, so all that repeats is bounded, or cannot contain its own beginning.
 */
const LOOKS: readonly (readonly [RegExp, string])[] = [
  // Drizzle writes a failed query's values after its text, on a line of their own that ends where the stack begins.
  [/^(params: )[\s\S]*?(?=\n {4}at |(?![\s\S]))/gm, '$1(left out)'],
  // V8 quotes the beginning of what it could not parse as JSON.
  [/(Unexpected (?:token|end|non-whitespace)[^\n]{0,40}?, )[\s\S]{0,200}?( is not valid JSON)/g, '$1(left out)$2'],
  [/\b(Bearer|Basic|DPoP|Digest|Negotiate) +[\w.~+/=-]{4,}/gi, `$1 ${REDACTED}`],
  // The name and the password of a URL (RFC 3986 section 3.2.1).
  [/(:\/\/)[^\s/@"'<>]+@/g, `$1${REDACTED}@`],
  // A JSON Web Token begins with the base64url of `{"`.
  [/\beyJ[\w-]{6,2000}\.[\w-]+\.[\w-]*/g, REDACTED],
]

/** A parameter of a URL's query: clients of HTTP say where they could not go. */
const QUERY_PARAMETER = /([?&])([\w.~%-]{1,64})=([^\s&#"'<>]+)/g
/** Names that say so in a query alone: keys of an API, signed URLs, codes of OAuth. */
const SECRET_IN_QUERY = /^(?:key|sig|code)$|signature/i

/** Shorter ones would be found in words, and are found out by trying anyway. */
const SHORTEST_CREDENTIAL = 6

/** In characters. Nobody reads more of a message in a log, and looking through it must not cost more than what has failed. */
const LONGEST_TEXT = 16_384

/** The text of an error without credentials: those it is known to have been near, and those that look like some. */
export function safeText(text: string, credentials: readonly string[]): string {
  let safe = text
  for (const credential of credentials)
    if (credential.length >= SHORTEST_CREDENTIAL) safe = safe.replaceAll(credential, REDACTED)
  safe = shortened(safe)
  for (const [pattern, replacement] of LOOKS) safe = safe.replace(pattern, replacement)
  return safe.replace(QUERY_PARAMETER, (whole: string, before: string, name: string) =>
    looksSecret(name) || SECRET_IN_QUERY.test(name) ? `${before}${name}=${REDACTED}` : whole,
  )
}

/** Up to a whole word: half a credential would not be told by its looks. */
function shortened(text: string): string {
  if (text.length <= LONGEST_TEXT) return text
  const end = Math.max(text.lastIndexOf(' ', LONGEST_TEXT), text.lastIndexOf('\n', LONGEST_TEXT))
  return `${text.slice(0, Math.max(end, 0))} … (${text.length} characters)`
}

/** Messages of PostgreSQL about a value that is none of its type quote it: `invalid input syntax for type uuid: "..."` (class 22). */
export function withoutQuoted(message: string): string {
  return message.replace(/"[\s\S]*"/, '"(left out)"')
}
