import { BadRequest } from '../../core/errors/catalogue.ts'
import { addField, emptyFields, type Fields } from './urlencoded.ts'

/**
 * The value of one cookie of a Cookie header, percent-decoded where it is valid percent-encoding, else as received.
 *
 * A name sent twice with one value is that value; with two values it is refused: a sibling domain or a longer path can put a second
 * cookie before ours, and which is read must not be left to chance.
 *
 * @throws BadRequest where the cookie is sent with two values, or its value decodes to controls.
 * @see RFC 6265 section 4.2
 */
export function readCookie(header: string, name: string): string | undefined {
  let found: string | undefined
  let start = 0
  while (start < header.length) {
    let end = header.indexOf(';', start)
    if (end === -1) end = header.length
    const equals = header.indexOf('=', start)
    if (equals !== -1 && equals < end && header.slice(start, equals).trim() === name) {
      const value = header.slice(equals + 1, end).trim()
      if (found !== undefined && found !== value)
        throw new BadRequest(`The cookie ${JSON.stringify(name)} is sent with two values.`)
      found = value
    }
    start = end + 1
  }
  return found === undefined || !found.includes('%') ? found : decode(found, name)
}

/**
 * Every cookie of a Cookie header by name. One sent with several values has them all, so that a schema that declares it refuses it, and
 * one that nobody declares harms nobody.
 *
 * @throws BadRequest where a value decodes to controls.
 */
export function readCookies(header: string): Fields {
  const fields = emptyFields()
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals === -1) continue
    const name = pair.slice(0, equals).trim()
    const raw = pair.slice(equals + 1).trim()
    const value = raw.includes('%') ? decode(raw, name) : raw
    const present = fields[name]
    if (present !== value && !(Array.isArray(present) && present.includes(value))) addField(fields, name, value)
  }
  return fields
}

function decode(value: string, name: string): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(value)
  } catch {
    return value
  }
  if (/\p{Cc}/u.test(decoded)) throw new BadRequest(`The cookie ${JSON.stringify(name)} has a control character.`)
  return decoded
}
