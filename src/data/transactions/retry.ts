import { setTimeout as delay } from 'node:timers/promises'
import { SerializationFailure } from '../errors.ts'
import { translateDatabaseError } from '../translate-error.ts'

const FIRST_DELAY_MS = 10
const LONGEST_DELAY_MS = 500

/** Whether the database ended the transaction because of a concurrent one: nothing was saved, and the same work may succeed now. */
export function isSerializationFailure(error: unknown): boolean {
  return (error instanceof Error ? (translateDatabaseError(error) ?? error) : error) instanceof SerializationFailure
}

/** Doubles with each attempt, and differs between those that failed together: else they would meet again. */
export function retryDelayMs(attempt: number): number {
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1))
  return longest * (0.5 + Math.random() / 2)
}

/** Runs `work`, and again at most `times` times where concurrent transactions were in the way. */
export async function withRetries<T>(times: number, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt > times || !isSerializationFailure(error)) throw error
      await delay(retryDelayMs(attempt))
    }
  }
}
