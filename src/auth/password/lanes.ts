import { Unavailable } from '../../core/errors/index.ts'

/** Runs work a few at a time; the rest waits in order, and what would wait too long is turned away. */
export interface Lanes {
  /** @throws Unavailable where too many wait already. */
  run<T>(work: () => Promise<T>): Promise<T>
}

export function createLanes(lanes: number, maxWaiting: number): Lanes {
  const waiting: (() => void)[] = []
  let running = 0
  const leave = (): void => {
    const next = waiting.shift()
    // The lane is handed over: nobody who comes now can get in between.
    if (next === undefined) running -= 1
    else next()
  }
  const enter = async (): Promise<void> => {
    if (running < lanes) {
      running += 1
      return
    }
    if (waiting.length >= maxWaiting)
      throw new Unavailable('Too many passwords are being checked.', { headers: { 'retry-after': '2' } })
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
  return {
    run: async (work) => {
      await enter()
      try {
        return await work()
      } finally {
        leave()
      }
    },
  }
}
