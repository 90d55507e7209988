import type { MaybePromise } from '../../core/maybe-promise.ts'

type Work = () => MaybePromise<void>

/** What is left to do once a transaction is committed. */
export class CommitHooks {
  #work: Work[] = []
  #ended = false

  add(work: Work): void {
    if (this.#ended)
      throw new Error('This transaction has ended, so no work can wait for its commit: call afterCommit before that.')
    this.#work.push(work)
  }

  /** Where a savepoint begins; {@link dropSince} forgets what was left behind it. */
  mark(): number {
    return this.#work.length
  }

  dropSince(mark: number): void {
    this.#work.length = mark
  }

  /** The transaction is over. What it left, where it was committed, is for the caller to run. */
  end(): readonly Work[] {
    this.#ended = true
    const work = this.#work
    this.#work = []
    return work
  }
}

/** Runs work in the order it was left. Its failure changes nothing about the commit, so it is told and does not keep the rest from running. */
export async function runAfterCommit(work: readonly Work[], report: (error: unknown) => void): Promise<void> {
  for (const each of work) {
    try {
      await each()
    } catch (error) {
      report(error)
    }
  }
}
