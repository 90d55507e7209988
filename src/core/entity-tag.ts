/** An entity tag: which form of a resource a client has, or means (RFC 9110 section 8.8.3). */
export interface EntityTag {
  /** Without its quotes. */
  readonly opaque: string
  /** Equal in meaning only, not byte for byte. */
  readonly weak: boolean
}

/** One member of a list and the comma behind it; a member may be empty (RFC 9110 section 5.6.1). */
const MEMBER = /[\t ]*(?:(W\/)?"([!#-~\u0080-\u00ff]*)"[\t ]*)?(,|$)/y

/** Reads `If-Match` or `If-None-Match`: entity tags, or `*` for any. `undefined` where it is neither. */
export function parseEntityTags(header: string): readonly EntityTag[] | '*' | undefined {
  if (/^[\t ]*\*[\t ]*$/.test(header)) return '*'
  const tags: EntityTag[] = []
  MEMBER.lastIndex = 0
  for (;;) {
    const member = MEMBER.exec(header)
    if (member === null) return undefined
    const [, weak, opaque, comma] = member
    if (opaque !== undefined) tags.push({ opaque, weak: weak !== undefined })
    if (comma === '') return tags.length === 0 ? undefined : tags
  }
}
