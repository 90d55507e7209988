import { clockNow } from '../../../core/clock.ts'
import type { Logger } from '../../../core/request.ts'
import type { KeyRing } from './key-ring.ts'
import { readSigningKeys, type StoredKey, type StoredKeysParts } from './stored-keys.ts'

/** Keys that another process has made, and the next one that is due, are noticed within this time. */
const READ_EVERY_MS = 60_000
/** How often a name that we do not know makes us look: whoever invents names must not keep the database busy. */
const LOOK_AT_MOST_EVERY_MS = 1_000

/** The keys that are kept in the database. */
export class StoredRing implements KeyRing {
  readonly algorithms = ['EdDSA', 'ES256'] as const
  readonly #parts: StoredKeysParts
  readonly #log: Logger
  #keys: readonly StoredKey[] = []
  #readAt = -Infinity
  #reading: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(parts: StoredKeysParts, log: Logger) {
    this.#parts = parts
    this.#log = log
  }

  async start(): Promise<void> {
    await this.#read()
    this.#timer = setInterval(
      () => void this.#read().catch((err: unknown) => this.#log.warn({ err }, 'the signing keys cannot be read')),
      READ_EVERY_MS,
    ).unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#reading?.catch(() => undefined)
  }

  get algorithm(): StoredKeysParts['algorithm'] {
    return this.#parts.algorithm
  }

  current(): StoredKey {
    const now = clockNow()
    // The newest that may sign already; there is one from the start on.
    return this.#keys.findLast(({ signsFrom }) => signsFrom <= now) ?? this.#keys[0]!
  }

  async find(kid: string | undefined): Promise<StoredKey | undefined> {
    const known = this.#byName(kid)
    if (known !== undefined || kid === undefined) return known
    if (performance.now() - this.#readAt > LOOK_AT_MOST_EVERY_MS) await this.#read()
    return this.#byName(kid)
  }

  published(): readonly StoredKey[] {
    return this.#keys
  }

  #byName(kid: string | undefined): StoredKey | undefined {
    return this.#keys.find((key) => key.kid === kid)
  }

  #read(): Promise<void> {
    this.#reading ??= this.#readNow().finally(() => (this.#reading = undefined))
    return this.#reading
  }

  async #readNow(): Promise<void> {
    this.#readAt = performance.now()
    this.#keys = await readSigningKeys(this.#parts)
  }
}
