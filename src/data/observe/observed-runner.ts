import type { Runner } from '../wire/runner.ts'
import type { StatementEnd, StatementObserver } from './statement-observer.ts'

/** A runner whose statements are seen, and the one beneath it. */
interface ObservedRunner extends Runner {
  readonly unobserved: Runner
}

/** The same runner, with an observer of its statements. */
export function observedRunner(runner: Runner, observer: StatementObserver | undefined): Runner {
  if (observer === undefined) return runner
  const observed: ObservedRunner = {
    unobserved: runner,
    // Without a promise of its own where nobody waits for the end.
    run: (statement, values, options) => {
      let ended: StatementEnd | undefined
      try {
        ended = observer.statement(statement.text, values)
      } catch (error) {
        return Promise.reject(error)
      }
      const result = runner.run(statement, values, options)
      return ended === undefined ? result : untilEnded(result, ended)
    },
  }
  return observed
}

/** The same result, once the observer knows of it. */
export async function untilEnded<T>(result: Promise<T>, ended: StatementEnd): Promise<T> {
  try {
    const value = await result
    ended()
    return value
  } catch (error) {
    ended({ error })
    throw error
  }
}

/** For statements that are the same many times on purpose: they are sent together, and cost one round trip. */
export function unobserved(runner: Runner): Runner {
  return (runner as Partial<ObservedRunner>).unobserved ?? runner
}
