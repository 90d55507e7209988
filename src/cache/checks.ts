/** How long something is kept. */
export interface Times {
  readonly ttlSeconds: number
  readonly staleSeconds?: number
}

/** @throws RangeError for times that cannot be meant. */
export function checkTimes(what: string, { ttlSeconds, staleSeconds = 0 }: Times): void {
  if (!(ttlSeconds > 0 && ttlSeconds <= MAX_SECONDS))
    throw new RangeError(`${what} takes ttlSeconds above 0 and up to 30 days (2592000), not ${String(ttlSeconds)}.`)
  if (!(staleSeconds >= 0 && staleSeconds <= MAX_SECONDS))
    throw new RangeError(`${what} takes staleSeconds from 0 up to 30 days (2592000), not ${String(staleSeconds)}.`)
}

const MAX_SECONDS = 30 * 24 * 3_600

/** @throws TypeError for a tag that is empty, or that could be taken for several. */
export function checkTags(what: string, tags: readonly string[]): readonly string[] {
  for (const tag of tags) {
    if (typeof tag === 'string' && /^[!-~]{1,200}$/.test(tag)) continue
    throw new TypeError(
      `${what} takes tags of up to 200 printable ASCII characters without spaces, such as 'products' or 'table:products', not ${JSON.stringify(tag)}.`,
    )
  }
  return tags
}
