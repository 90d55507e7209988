import type { Quota, Taken } from '../core/policy/counter-store.ts'

type Take = (key: string, quota: Quota) => Promise<Taken>

interface Waiting {
  readonly quota: Quota
  readonly settle: (taken: Taken | Promise<Taken>) => void
}

/**
 * One question at a time for each key. Those that come meanwhile wait, and are asked for together: a crowd that calls with one key costs its store a few
 * questions and not one for each, and what a store is too busy to answer is no limit.
 */
export class Lines {
  readonly #take: Take
  readonly #waiting = new Map<string, Waiting[]>()

  constructor(take: Take) {
    this.#take = take
  }

  take(key: string, quota: Quota): Promise<Taken> {
    const line = this.#waiting.get(key)
    if (line !== undefined) return new Promise((settle) => line.push({ quota, settle }))
    this.#waiting.set(key, [])
    return this.#first(key, quota)
  }

  async #first(key: string, quota: Quota): Promise<Taken> {
    let used = 0
    try {
      const taken = await this.#take(key, quota)
      used = taken.used
      return taken
    } finally {
      void this.#others(key, used)
    }
  }

  /** @param used - As far as it is known; others may have taken more since. */
  async #others(key: string, used: number): Promise<void> {
    const line = this.#waiting.get(key) ?? []
    let known = used
    while (line.length > 0) {
      const together = fitting(line, known)
      known = await this.#ask(key, line, together)
    }
    this.#waiting.delete(key)
  }

  /** @returns What is used by then. */
  async #ask(key: string, line: Waiting[], together: readonly Waiting[]): Promise<number> {
    const [{ quota }] = together as [Waiting]
    const cost = together.reduce((sum, each) => sum + each.quota.cost, 0)
    try {
      const taken = await this.#take(key, { ...quota, cost })
      // Somebody else was faster: fewer may fit.
      if (!taken.granted && together.length > 1 && taken.used < quota.max) return taken.used
      line.splice(0, together.length)
      let before = taken.granted ? taken.used - cost : taken.used
      for (const each of together) {
        if (taken.granted) before += each.quota.cost
        each.settle({ ...taken, used: before })
      }
      return taken.used
    } catch (error) {
      for (const each of line.splice(0, together.length)) each.settle(Promise.reject(error))
      return 0
    }
  }
}

/** The first, and those behind it for which there is something left as well. */
function fitting(line: readonly Waiting[], used: number): readonly Waiting[] {
  const [{ quota }] = line as [Waiting]
  let sum = 0
  const end = line.findIndex((each) => {
    sum += each.quota.cost
    return used + sum > quota.max || each.quota.max !== quota.max || each.quota.windowMs !== quota.windowMs
  })
  return line.slice(0, end === -1 ? line.length : Math.max(1, end))
}
