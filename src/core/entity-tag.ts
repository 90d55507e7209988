/** An entity tag: which form of a resource a client has, or means (RFC 9110 section 8.8.3). */
export interface EntityTag {
  /** Without its quotes, and without the coding that its answer was compressed in. */
  readonly opaque: string
  /** Equal in meaning only, not byte for byte. */
  readonly weak: boolean
}

/** One member of a list and the comma behind it; a member may be empty (RFC 9110 section 5.6.1). */
const MEMBER = /[\t ]*(?:(W\/)?"([!#-~\u0080-\u00ff]*)"[\t ]*)?(,|$)/y

/** What {@link codedTag} adds. */
const CODED = /;(?:br|gzip|zstd)$/

/** Reads `If-Match` or `If-None-Match`: entity tags, or `*` for any. `undefined` where it is neither. */
export function parseEntityTags(header: string): readonly EntityTag[] | '*' | undefined {
  if (/^[\t ]*\*[\t ]*$/.test(header)) return '*'
  const tags: EntityTag[] = []
  MEMBER.lastIndex = 0
  for (;;) {
    const member = MEMBER.exec(header)
    if (member === null) return undefined
    const [, weak, opaque, comma] = member
    if (opaque !== undefined) tags.push({ opaque: opaque.replace(CODED, ''), weak: weak !== undefined })
    if (comma === '') return tags.length === 0 ? undefined : tags
  }
}

/**
 * The tag of a form of a resource in a coding: other bytes, so another strong tag (RFC 9110 section 8.8.3.3). It names the same form, and is read as that
 * everywhere, also in `If-Match`: a weak one in its place could not guard a change any more.
 */
export function codedTag(tag: string, coding: string): string {
  return tag.startsWith('"') && tag.endsWith('"') && tag.length > 1 ? `${tag.slice(0, -1)};${coding}"` : tag
}
