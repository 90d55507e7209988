/** Sees the statements of a database, in development and tests. Whoever sends some outside Drizzle calls it too. */
export interface StatementObserver {
  /**
   * Before a statement is sent. Where it throws, the statement is not sent. What it gives is called once the answer is there, or an error
   * in its place.
   */
  statement(text: string, values?: readonly unknown[]): (() => void) | undefined
}

/** One that tells several; none where there are none, so that nobody pays for it. */
export function observersTogether(observers: readonly StatementObserver[]): StatementObserver | undefined {
  if (observers.length < 2) return observers[0]
  return {
    statement: (text, values) => {
      const ends = observers.map((observer) => observer.statement(text, values))
      return () => {
        for (const end of ends) end?.()
      }
    },
  }
}
