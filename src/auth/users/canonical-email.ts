import { z } from 'zod'

/** RFC 5321, section 4.5.3.1.3: a path has 256 octets at most, two of which are its brackets. */
const MAX_EMAIL_LENGTH = 254

/** The one form in which an address is stored, looked for and counted: in NFC, without spaces around it, in lower case. */
export function canonicalEmail(email: string): string {
  return email.normalize('NFC').trim().toLowerCase()
}

/** An address in a request, given on in its canonical form. */
export const Email = z.string().max(MAX_EMAIL_LENGTH).transform(canonicalEmail).pipe(z.email().max(MAX_EMAIL_LENGTH))
