import { Flights, type Landed } from './flights.ts'
import { LocalEntries, type LocalEntry, type LocalLimits } from './local-entries.ts'
import type { Settle, SharedEntries } from './shared-entries.ts'
import { TagClocks, type TagSnapshot } from './tag-clocks.ts'

const LIMITS: LocalLimits = { maxEntries: 10_000, maxBytes: 64 * 1_048_576 }

/** How long a process uses what it has without asking Redis, where there is one: so old may be what an invalidation has not reached. */
const SURE_MS = 10_000
/** How soon somebody else may try to renew what could not be. */
const RENEW_AGAIN_MS = 1_000
/** What an entry takes besides its key and its value. */
const ENTRY_BYTES = 300

/** What is wanted of the cache, and how it is kept. */
export interface Wanted<Value> {
  readonly key: string
  readonly tags: readonly string[]
  readonly ttlMs: number
  readonly staleMs: number
  readonly bytesOf: (value: Value) => number
  /** How it is shared between processes; where there is none, it stays in this one. */
  readonly form: Form<Value> | undefined
}

/** A value as text. */
export interface Form<Value> {
  /** `undefined` where it has none. */
  write(value: Value): string | undefined
  read(text: string): Value
}

/** Makes a value anew; `undefined` where it is not to be kept. */
export type Make<Value> = () => Promise<Value | undefined>

interface Flown<Value> {
  readonly wanted: Wanted<Value>
  readonly make: Make<Value>
  readonly tags: TagSnapshot
}

/** Keeps things for an app: in this process, and in Redis where there is one. Of all who want the same at one time, one makes it. */
export class Keeper {
  readonly #clocks = new TagClocks()
  readonly #local: LocalEntries
  readonly #shared: SharedEntries | undefined
  readonly #names = new Map<string, object>()
  readonly #flights = new Flights()

  constructor(shared: SharedEntries | undefined, limits: LocalLimits = LIMITS) {
    this.#shared = shared
    this.#local = new LocalEntries(limits)
  }

  start(): void {
    this.#shared?.start((tags) => this.#clocks.changed(tags))
  }

  stop(): void {
    this.#shared?.stop()
    this.#local.clear()
  }

  /** @throws Error where another declaration has this name: they would be given each other's values. */
  register(name: string, declaration: object): void {
    const known = this.#names.get(name)
    if (known !== undefined && known !== declaration)
      throw new Error(`Two cached() values of this app are named "${name}"; give one of them another name.`)
    this.#names.set(name, declaration)
  }

  /** What may be used without waiting. */
  peek<Value>(key: string, now: number): LocalEntry<Value> | undefined {
    // Keys begin with what their values are of.
    return this.#local.get(key, now) as LocalEntry<Value> | undefined
  }

  /** Resolves once nobody uses what is kept under these tags any more: at once in this process, and as soon as Redis has it in others. */
  async changed(tags: readonly string[]): Promise<void> {
    this.#clocks.changed(tags)
    await this.#shared?.changed(tags)
  }

  /**
   * What is kept, or what is made now: by this caller, or by another who wants the same. `undefined` where it is not to be kept.
   *
   * @param hasLeft - Whether this caller has left: what fails then is no failure for the others.
   */
  async obtain<Value>(
    wanted: Wanted<Value>,
    make: Make<Value>,
    hasLeft: () => boolean = () => false,
  ): Promise<LocalEntry<Value> | undefined> {
    for (;;) {
      const landed = await (this.#flights.join<Value>(wanted.key) ?? this.#lead(wanted, make, hasLeft))
      if (landed.type === 'kept') return landed.entry
      if (landed.type === 'unkept') return undefined
      if (landed.type === 'failed') throw landed.error
      if (hasLeft()) throw new Error('The caller has left.')
    }
  }

  /** Whether this caller is the one to renew what is stale. */
  mayRenew(entry: LocalEntry, now: number): boolean {
    if (now < entry.renewAt) return false
    entry.renewAt = now + RENEW_AGAIN_MS
    return true
  }

  /** Makes it anew while others use what is there; in one process of all. */
  async renew<Value>(wanted: Wanted<Value>, make: Make<Value>): Promise<void> {
    if (this.#flights.has(wanted.key)) return
    const landed = await this.#fly(wanted, (tags) => this.#renewed({ wanted, make, tags }))
    if (landed.type === 'failed') throw landed.error
  }

  async #lead<Value>(wanted: Wanted<Value>, make: Make<Value>, hasLeft: () => boolean): Promise<Landed<Value>> {
    let own: Landed<Value> | undefined
    const told = await this.#fly(wanted, async (tags) => {
      try {
        own = await this.#made({ wanted, make, tags })
      } catch (error) {
        own = { type: 'failed', error }
      }
      return own.type === 'failed' && hasLeft() ? { type: 'gone' } : own
    })
    return own ?? told
  }

  #fly<Value>(
    { key, tags }: Wanted<Value>,
    work: (tags: TagSnapshot) => Promise<Landed<Value>>,
  ): Promise<Landed<Value>> {
    const snapshot = this.#clocks.snapshot(tags)
    return this.#flights.fly(key, snapshot, () => work(snapshot))
  }

  async #made<Value>({ wanted, make, tags }: Flown<Value>): Promise<Landed<Value>> {
    const claim = await this.#claim(wanted, { leftMs: 0, wait: true })
    if (claim?.type === 'kept') return { type: 'kept', entry: this.#adopt(wanted, claim, tags) }
    const settle = claim?.type === 'ours' ? claim.settle : undefined
    return this.#makeAndKeep({ wanted, make, tags }, settle)
  }

  /** Others that wait for it go on by themselves where it fails. */
  async #renewed<Value>({ wanted, make, tags }: Flown<Value>): Promise<Landed<Value>> {
    try {
      const claim = await this.#claim(wanted, { leftMs: wanted.staleMs, wait: false })
      if (claim?.type === 'kept') return { type: 'kept', entry: this.#adopt(wanted, claim, tags) }
      if (claim?.type === 'busy') return { type: 'gone' }
      return await this.#makeAndKeep({ wanted, make, tags }, claim?.type === 'ours' ? claim.settle : undefined)
    } catch (error) {
      return { type: 'failed', error }
    }
  }

  async #claim<Value>(
    { form, key, tags }: Wanted<Value>,
    { leftMs, wait }: { readonly leftMs: number; readonly wait: boolean },
  ): Promise<Awaited<ReturnType<SharedEntries['claim']>> | undefined> {
    return form === undefined ? undefined : this.#shared?.claim(key, { tags, leftMs, wait })
  }

  async #makeAndKeep<Value>({ wanted, make, tags }: Flown<Value>, settle: Settle | undefined): Promise<Landed<Value>> {
    const { ttlMs, staleMs, form } = wanted
    let text: string | undefined
    try {
      const value = await make()
      if (value === undefined) return { type: 'unkept' }
      text = settle && form?.write(value)
      return { type: 'kept', entry: this.#keep(wanted, { value, tags, leftMs: ttlMs + staleMs }) }
    } finally {
      await settle?.(text, ttlMs + staleMs)
    }
  }

  #adopt<Value>(
    wanted: Wanted<Value>,
    { text, left }: { readonly text: string; readonly left: number },
    tags: TagSnapshot,
  ): LocalEntry<Value> {
    // Only what has a form is shared.
    return this.#keep(wanted, { value: wanted.form!.read(text), tags, leftMs: left })
  }

  #keep<Value>(
    { key, staleMs, bytesOf }: Wanted<Value>,
    { value, tags, leftMs }: { readonly value: Value; readonly tags: TagSnapshot; readonly leftMs: number },
  ): LocalEntry<Value> {
    const now = performance.now()
    const entry: LocalEntry<Value> = {
      value,
      bytes: key.length * 2 + bytesOf(value) + ENTRY_BYTES,
      tags,
      freshUntil: now + leftMs - staleMs,
      staleUntil: now + leftMs,
      sureUntil: this.#shared === undefined ? Infinity : now + SURE_MS,
      renewAt: 0,
    }
    if (tags.isCurrent) this.#local.set(key, entry)
    return entry
  }
}
