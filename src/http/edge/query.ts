import { BadRequest } from '../../core/errors/catalogue.ts'
import { emptyFields, parseUrlencoded, type Fields, type UrlencodedOptions } from './urlencoded.ts'

const refuse = (reason: string): Error => new BadRequest(`The query ${reason}.`)

/**
 * Parses the query of a {@link Target}.
 *
 * @throws BadRequest for invalid escapes, escapes that are not UTF-8, NUL, and more than `maxFields` pairs.
 */
export function parseQuery(search: string, maxFields: number): Fields {
  if (search === '') return emptyFields()
  const options: UrlencodedOptions = { maxFields, refuse }
  return parseUrlencoded(search, options)
}
