import { z } from 'zod'
import { BadRequest, PreconditionFailed, PreconditionRequired } from '../../core/errors/index.ts'

/** The header by which a change says which version it is about. */
export const ifMatchHeader = z.object({
  'if-match': z
    .string()
    .optional()
    .describe('The ETag of the version that is to be changed, from an earlier answer. RFC 9110 section 13.1.1.'),
})

/** The version of a row as an entity tag (RFC 9110 section 8.8.3). */
export function entityTag(version: string | null): string {
  return `"${version ?? ''}"`
}

/**
 * The version a change is about; `undefined` for any.
 *
 * @throws PreconditionRequired where it must be said and is not.
 * @throws PreconditionFailed where it can be none of this resource's.
 * @throws BadRequest where the header is not one entity tag.
 */
export function expectedVersion(header: string | undefined, required: boolean): string | undefined {
  if (header === undefined) {
    if (required) throw new PreconditionRequired()
    return undefined
  }
  if (header.trim() === '*') {
    if (required) throw new PreconditionRequired('If-Match: * is any version; send the ETag of the one you have read.')
    return undefined
  }
  const tag = /^\s*(W\/)?"([^"]*)"\s*$/.exec(header)
  if (tag === null) throw new BadRequest('The header If-Match must hold one entity tag in quotes, such as "3".')
  // A weak tag never matches strongly, and a number too large for the column is no version of it.
  const [, weak, version = ''] = tag
  if (weak !== undefined || !/^\d{1,9}$/.test(version)) throw new PreconditionFailed()
  return version
}
