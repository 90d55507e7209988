/** Whether a page's origin, as browsers write it, is one of those named. */
export type OriginList = (origin: string) => boolean

/** What may stand for `*`: labels of a name, so that nothing else of an origin can hide there. */
const LABELS = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/

/**
 * A list of origins: `https://app.example.com`, `http://localhost:5173`, or `https://*.example.com` for every name below `example.com`, not for itself.
 * `null`, which pages in a sandbox and files send, is none.
 *
 * @throws RangeError where an entry is no origin.
 * @see RFC 6454 section 6.2
 */
export function originList(origins: readonly string[]): OriginList {
  if (origins.length === 0)
    throw new RangeError("The list of origins is empty: name them, such as ['https://app.example.com'].")
  for (const each of origins) checkOrigin(each)
  const exact = new Set(origins.filter((each) => !each.includes('*')))
  const patterns = origins.filter((each) => each.includes('*')).map(patternOf)
  return (origin) => exact.has(origin) || patterns.some((matches) => matches(origin))
}

function patternOf(origin: string): OriginList {
  const [start = '', end = ''] = origin.split('*')
  return (asked) =>
    asked.length > start.length + end.length &&
    asked.startsWith(start) &&
    asked.endsWith(end) &&
    LABELS.test(asked.slice(start.length, asked.length - end.length))
}

function checkOrigin(origin: unknown): void {
  if (typeof origin === 'string' && isOrigin(origin)) return
  throw new RangeError(
    `${JSON.stringify(origin)} is not an origin: write a scheme and a host, and a port that is not the scheme's own, such as "https://app.example.com", "http://localhost:5173" or "https://*.example.com".`,
  )
}

function isOrigin(origin: string): boolean {
  const wild = origin.startsWith('https://*.') || origin.startsWith('http://*.')
  const plain = wild ? origin.replace('*.', '') : origin
  // Below a name of one label there is nothing that one owner has: `https://*.com`.
  if (wild && !/^https?:\/\/[^.]+\.[^.]/.test(plain)) return false
  return /^https?:\/\//.test(plain) && !plain.includes('*') && URL.parse(plain)?.origin === plain
}
