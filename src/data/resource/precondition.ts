import { hash } from 'node:crypto'
import { z } from 'zod'
import { parseEntityTags } from '../../core/entity-tag.ts'
import { BadRequest, PreconditionRequired } from '../../core/errors/index.ts'

/** The header by which a change says which version it is about. */
export const ifMatchHeader = z.object({
  'if-match': z
    .string()
    .optional()
    .describe('The ETag of the version that is to be changed, from an earlier answer. RFC 9110 section 13.1.1.'),
})

/**
 * The version of a row as an entity tag (RFC 9110 section 8.8.3). With the relations of a row, which change without it, the tag is of the whole `body`; where
 * columns are hidden from the caller, of their names, since with other roles the same version is another answer. The version it names is the row's all the same.
 */
export function entityTag(version: string | null, hidden: ReadonlySet<string>, body?: Uint8Array): string {
  const told = body ?? (hidden.size === 0 ? undefined : JSON.stringify([...hidden]))
  const suffix = told === undefined ? '' : `.${hash('sha256', told, 'base64url')}`
  return `"${version ?? ''}${suffix}"`
}

/**
 * The versions a change is about, in PostgreSQL's text; `undefined` for any, and an empty list where no row can have one of them: that is told
 * only where the row is there for the caller (RFC 9110 section 13.2.1).
 *
 * @throws PreconditionRequired where they must be said and are not.
 * @throws BadRequest where the header holds no entity tags.
 */
export function expectedVersions(header: string | undefined, required: boolean): readonly string[] | undefined {
  if (header === undefined) {
    if (required) throw new PreconditionRequired()
    return undefined
  }
  const tags = parseEntityTags(header)
  if (tags === undefined)
    throw new BadRequest('The header If-Match must hold entity tags in quotes, such as "3" or "3", "4".')
  if (tags === '*') {
    if (required) throw new PreconditionRequired('If-Match: * is any version; send the ETag of the one you have read.')
    return undefined
  }
  // A weak tag never matches here, and what is no number is no version.
  return tags.flatMap(({ opaque, weak }) => (weak ? [] : (VERSION.exec(opaque)?.[1] ?? [])))
}

/** As long as a bigint at most. */
const VERSION = /^(\d{1,19})(?:\.[\w-]{43})?$/
