import { randomBytes } from 'node:crypto'

/** An index holds keys of 2,700 bytes at most; this is at most 800. */
const MAX_LENGTH = 200
/** Paths of their own under `/articles`. */
const RESERVED: readonly string[] = ['feed']

/**
 * What an article is called in its address: `How to train your dragon` is `how-to-train-your-dragon`. Letters of every script stay, and
 * lose their accents where they can. A title that leaves nothing, or a name that means something else, gets a random one.
 */
export function slugOf(title: string): string {
  const words = title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\p{M}'’]/gu, '')
    .match(/[\p{L}\p{N}]+/gu)
  const slug = Array.from((words ?? []).join('-'))
    .slice(0, MAX_LENGTH)
    .join('')
    .replace(/-$/, '')
  if (slug === '') return `article-${randomName()}`
  return RESERVED.includes(slug) ? `${slug}-${randomName()}` : slug
}

/** The slug itself, or the first of `slug-2`, `slug-3` ... that is not among those taken. */
export function freeSlug(slug: string, taken: readonly string[]): string {
  const used = new Set(taken)
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? slug : `${slug}-${number}`
    if (!used.has(candidate)) return candidate
  }
}

function randomName(): string {
  return randomBytes(4).toString('hex')
}
