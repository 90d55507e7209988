/** Why a statement has no result. */
interface StatementFailure {
  readonly error: unknown
}

/** Called once the answer is there, or with the error in its place. */
export type StatementEnd = (failure?: StatementFailure) => void

/** Sees the statements of a database. Whoever sends some outside Drizzle calls it too. */
export interface StatementObserver {
  /** Before a statement is sent. Where it throws, the statement is not sent. What it gives is called at the end; `undefined` where nobody waits for that. */
  statement(text: string, values?: readonly unknown[]): StatementEnd | undefined
}

/** One that tells several; none where there are none, so that nobody pays for it. */
export function observersTogether(observers: readonly StatementObserver[]): StatementObserver | undefined {
  if (observers.length < 2) return observers[0]
  return {
    statement: (text, values) => {
      const ends = observers.flatMap((observer) => observer.statement(text, values) ?? [])
      if (ends.length < 2) return ends[0]
      return (failure) => {
        for (const end of ends) end(failure)
      }
    },
  }
}
