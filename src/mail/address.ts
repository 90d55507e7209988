/** A mailbox: an address, and the name of whose it is. */
export interface Mailbox {
  readonly name: string
  readonly address: string
}

/** RFC 5321 section 4.5.3.1.3, without the angle brackets. */
const MAX_LENGTH = 254
/** A dot-atom (RFC 5322 section 3.4.1, RFC 6532 for other scripts): nothing that would begin another address, another header or a comment. */
const ADDRESS = /^[^\s"(),:;<>@[\\\]\p{C}]+@[^\s"(),:;<>@[\\\]\p{C}]+$/u
const NAMED = /^(?<name>[^<>]*)<(?<address>[^<>]*)>$/
const CONTROL = /\p{Cc}/u

/** @throws TypeError where it is not one address. */
export function checkedAddress(address: string, what: string): string {
  if (address.length <= MAX_LENGTH && ADDRESS.test(address)) return address
  throw new TypeError(`${what} must be one e-mail address, such as "ada@example.com".`)
}

/**
 * Reads `ada@example.com` or `Ada Lovelace <ada@example.com>`.
 *
 * @throws TypeError where it is neither.
 */
export function mailbox(text: string, what: string): Mailbox {
  const { name, address } = NAMED.exec(text)?.groups ?? {}
  if (name === undefined || address === undefined) return { name: '', address: checkedAddress(text, what) }
  if (CONTROL.test(name)) throw new TypeError(`${what} has a control character in its name.`)
  return { name: name.trim().replace(/^"(.*)"$/, '$1'), address: checkedAddress(address, what) }
}

/** @throws TypeError where what follows a line break would be a header of its own. */
export function checkedSubject(subject: string): string {
  if (CONTROL.test(subject)) throw new TypeError('The subject of a message is one line, without control characters.')
  return subject
}
