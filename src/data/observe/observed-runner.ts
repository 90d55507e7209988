import type { Runner } from '../wire/runner.ts'
import type { StatementObserver } from './statement-observer.ts'

/** A runner whose statements are seen, and the one beneath it. */
interface ObservedRunner extends Runner {
  readonly unobserved: Runner
}

/** The same runner, with an observer of its statements. */
export function observedRunner(runner: Runner, observer: StatementObserver | undefined): Runner {
  if (observer === undefined) return runner
  const observed: ObservedRunner = {
    unobserved: runner,
    run: async (statement, values, options) => {
      const ended = observer.statement(statement.text, values)
      try {
        return await runner.run(statement, values, options)
      } finally {
        ended?.()
      }
    },
  }
  return observed
}

/** For statements that are the same many times on purpose: they are sent together, and cost one round trip. */
export function unobserved(runner: Runner): Runner {
  return (runner as Partial<ObservedRunner>).unobserved ?? runner
}
