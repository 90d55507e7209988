import { clockNow } from '../../../core/clock.ts'
import type { MaybePromise } from '../../../core/maybe-promise.ts'
import { secretHash } from '../../core/secrets.ts'
import type { Issued } from '../../core/services.ts'
import type { Identity } from '../../identity.ts'
import type { KnownRevocations } from '../revocations/known-revocations.ts'
import type { RevocationFeed } from '../revocations/revocation-feed.ts'

/** Credentials as they were read, and until when they may be believed. */
export interface Found {
  readonly identity: Identity
  readonly issued: Issued
  /** When they end by themselves, in milliseconds since the epoch. */
  readonly endsAt: number
  /** Where they also end without use: after so many milliseconds. */
  readonly idleMs: number
  /** When they were last used, in milliseconds since the epoch. */
  readonly usedAt: number
}

export interface RememberedOptions<F extends Found> {
  /** `undefined` where there are none. */
  readonly read: (secret: string) => Promise<F | undefined>
  /** Writes when they were last used. */
  readonly touch: (found: F) => Promise<void>
  readonly known: KnownRevocations
  readonly feed: RevocationFeed
}

interface Entry<F extends Found> {
  readonly found: F
  /** How much of what was ended was known when it was read. */
  readonly heard: number
  readonly readAt: number
  lastUsed: number
  written: number
}

const MAX_ENTRIES = 10_000
/** Roles that were changed past the accounts, in the table itself, are noticed after this time. */
const BELIEVED_MS = 60_000
const WRITE_EVERY_MS = 60_000

/**
 * Sessions and keys that were looked up lately: the next request with the same is answered without the database. What is ended is dropped by the feed of
 * revocations; while that is out of date, or something about them was heard since, they are read again.
 */
export class Remembered<F extends Found = Found> {
  readonly #options: RememberedOptions<F>
  /** By hash, the one used last at the end. */
  readonly #entries = new Map<string, Entry<F>>()
  readonly #reading = new Map<string, Promise<Entry<F> | undefined>>()
  readonly #writing = new Set<Promise<void>>()

  constructor(options: RememberedOptions<F>) {
    this.#options = options
  }

  find(secret: string): MaybePromise<F | undefined> {
    const hash = secretHash(secret)
    const entry = this.#entries.get(hash)
    if (entry === undefined || !this.#isFresh(entry)) return this.#read(hash, secret)
    return this.#use(hash, entry)
  }

  /** Ends when what is being written is. */
  async settle(): Promise<void> {
    await Promise.all(this.#writing)
  }

  #isFresh({ readAt, found: { issued }, heard }: Entry<F>): boolean {
    const { known, feed } = this.#options
    return performance.now() - readAt < BELIEVED_MS && feed.current && !known.isChangedSince(issued, heard)
  }

  /** Once for all who ask at the same time. */
  #read(hash: string, secret: string): Promise<F | undefined> {
    const reading = this.#reading.get(hash) ?? this.#readEntry(hash, secret).finally(() => this.#reading.delete(hash))
    this.#reading.set(hash, reading)
    return reading.then((entry) => {
      if (entry === undefined) return undefined
      // Something about it was heard while it was read: what was read may be older.
      if (this.#options.known.isChangedSince(entry.found.issued, entry.heard)) return this.#read(hash, secret)
      return this.#use(hash, entry)
    })
  }

  async #readEntry(hash: string, secret: string): Promise<Entry<F> | undefined> {
    const { read, known } = this.#options
    const { heard } = known
    const readAt = performance.now()
    const found = await read(secret)
    const before = this.#entries.get(hash)
    this.#entries.delete(hash)
    if (found === undefined) return undefined
    const lastUsed = Math.max(found.usedAt, before?.lastUsed ?? 0)
    return { found, heard, readAt, lastUsed, written: Math.max(found.usedAt, before?.written ?? 0) }
  }

  #use(hash: string, entry: Entry<F>): F | undefined {
    this.#entries.delete(hash)
    const now = clockNow()
    if (now >= entry.found.endsAt || now - entry.lastUsed >= entry.found.idleMs) return undefined
    entry.lastUsed = now
    const [oldest] = this.#entries.size >= MAX_ENTRIES ? this.#entries.keys() : []
    if (oldest !== undefined) this.#entries.delete(oldest)
    this.#entries.set(hash, entry)
    if (now - entry.written >= WRITE_EVERY_MS) this.#write(entry, now)
    return entry.found
  }

  /** Nobody waits for it: that it fails means that the time is an older one. */
  #write(entry: Entry<F>, now: number): void {
    entry.written = now
    const writing: Promise<void> = this.#options
      .touch(entry.found)
      .catch(() => undefined)
      .finally(() => this.#writing.delete(writing))
    this.#writing.add(writing)
  }
}
