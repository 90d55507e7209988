/** More differences than this are counted, not listed. */
const MAX_LISTED = 10

/** The places where two JSON documents differ, as lines `+ pointer`, `- pointer` and `~ pointer`; empty where they say the same. */
export function documentDiff(before: unknown, after: unknown): string[] {
  const found = [...differences(before, after, '')]
  const more = found.length - MAX_LISTED
  return more > 0 ? [...found.slice(0, MAX_LISTED), `... and ${more} more`] : found
}

function* differences(before: unknown, after: unknown, pointer: string): Generator<string> {
  if (!isContainer(before) || !isContainer(after) || Array.isArray(before) !== Array.isArray(after)) {
    if (before !== after) yield `~ ${pointer || '/'}`
    return
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const below = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (!Object.hasOwn(after, key)) yield `- ${below}`
    else if (!Object.hasOwn(before, key)) yield `+ ${below}`
    else yield* differences(before[key], after[key], below)
  }
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
