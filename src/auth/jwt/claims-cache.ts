/** Tokens longer than this are verified each time, so that the cache's memory has a bound: 40 MB of tokens at worst, 3 MB as usual. */
const MAX_TOKEN_CHARS = 4096

export interface TokenTimes {
  /** When it was verified. Where that is still to come the clock was set back since, and the token may have been ahead of its time. */
  readonly verified: number
  readonly expires: number
}

/** What tokens already verified have said: 0.1 us instead of 30. That never changes; whether it still holds is its expiry. */
export interface ClaimsCache<Said> {
  /** What a token says that holds at this time, in seconds since the epoch. */
  get(token: string, now: number): Said | undefined
  /** Both in seconds since the epoch. */
  set(token: string, said: Said, times: TokenTimes): void
}

/** Holds `maxEntries`; the oldest makes room. */
export function createClaimsCache<Said>(maxEntries: number): ClaimsCache<Said> {
  const entries = new Map<string, { readonly said: Said } & TokenTimes>()
  return {
    get: (token, now) => {
      const entry = entries.get(token)
      if (entry === undefined) return undefined
      if (now < entry.expires && now >= entry.verified) return entry.said
      entries.delete(token)
      return undefined
    },
    set: (token, said, times) => {
      if (token.length > MAX_TOKEN_CHARS || maxEntries === 0) return
      const [oldest] = entries.size >= maxEntries ? entries.keys() : []
      if (oldest !== undefined) entries.delete(oldest)
      entries.set(token, { said, ...times })
    },
  }
}
