import Negotiator from 'negotiator'
import { NotAcceptable } from '../../core/errors/catalogue.ts'

/**
 * The offered media type the client prefers; the first where it does not say.
 *
 * @throws NotAcceptable (406) where it accepts none of them.
 * @see RFC 9110 section 12.5.1
 */
export function negotiateType(accept: string | undefined, offered: readonly [string, ...string[]]): string {
  // What almost every client of an API sends: no parsing.
  if (accept === undefined || accept === '' || accept === '*/*' || accept === offered[0]) return offered[0]
  const chosen = new Negotiator({ headers: { accept } }).mediaType(offered)
  if (chosen === undefined)
    throw new NotAcceptable(`The response would be ${offered.join(' or ')}, which the Accept header does not allow.`)
  return chosen
}
