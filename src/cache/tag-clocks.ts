/** How often what a tag stands for has changed. */
interface TagClock {
  count: number
}

/** Tags that are remembered at once. Who names more of them forgets the oldest, and with it what was kept under it. */
const MAX_TAGS = 10_000

/** Everything that is kept has it. */
export const EVERYTHING = '*'

/** Tells whether something that was kept under tags is still what it was. */
export class TagClocks {
  readonly #clocks = new Map<string, TagClock>()
  readonly #all: TagClock = { count: 0 }

  /** The tags as they are now. To be taken before the data is read: what changes in between then counts as a change. */
  snapshot(tags: readonly string[]): TagSnapshot {
    return new TagSnapshot([this.#all, ...tags.map((tag) => this.#clockOf(tag))])
  }

  /** What is kept under any of these is not to be used any more. */
  changed(tags: readonly string[]): void {
    for (const tag of tags) {
      const clock = tag === EVERYTHING ? this.#all : this.#clocks.get(tag)
      if (clock !== undefined) clock.count += 1
    }
  }

  #clockOf(tag: string): TagClock {
    const known = this.#clocks.get(tag)
    if (known !== undefined) return known
    const made = { count: 0 }
    this.#clocks.set(tag, made)
    if (this.#clocks.size > MAX_TAGS) this.#forgetOldest()
    return made
  }

  #forgetOldest(): void {
    for (const [tag, clock] of this.#clocks) {
      // Nobody could tell those who look at it any more.
      clock.count += 1
      this.#clocks.delete(tag)
      return
    }
  }
}

/** Some tags as they were at one moment. */
export class TagSnapshot {
  readonly #clocks: readonly TagClock[]
  readonly #counts: readonly number[]

  constructor(clocks: readonly TagClock[]) {
    this.#clocks = clocks
    this.#counts = clocks.map(({ count }) => count)
  }

  /** Whether none of them has changed since. */
  get isCurrent(): boolean {
    for (let index = 0; index < this.#clocks.length; index++)
      if (this.#clocks[index]!.count !== this.#counts[index]) return false
    return true
  }
}
