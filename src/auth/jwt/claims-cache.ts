/** Tokens longer than this are verified each time, so that the cache's memory has a bound: 40 MB of tokens at worst, 3 MB as usual. */
const MAX_TOKEN_CHARS = 4096

/** What tokens already verified have said: 0.1 us instead of 30. That never changes; whether it still holds is its expiry. */
export interface ClaimsCache<Said> {
  /** What a token says that holds at this time, in seconds since the epoch. */
  get(token: string, now: number): Said | undefined
  set(token: string, said: Said, expires: number): void
}

/** Holds `maxEntries`; the oldest makes room. */
export function createClaimsCache<Said>(maxEntries: number): ClaimsCache<Said> {
  const entries = new Map<string, { readonly said: Said; readonly expires: number }>()
  return {
    get: (token, now) => {
      const entry = entries.get(token)
      if (entry === undefined) return undefined
      if (now < entry.expires) return entry.said
      entries.delete(token)
      return undefined
    },
    set: (token, said, expires) => {
      if (token.length > MAX_TOKEN_CHARS || maxEntries === 0) return
      const [oldest] = entries.size >= maxEntries ? entries.keys() : []
      if (oldest !== undefined) entries.delete(oldest)
      entries.set(token, { said, expires })
    },
  }
}
