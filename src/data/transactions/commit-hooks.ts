import type { MaybePromise } from '../../core/maybe-promise.ts'

type Work = () => MaybePromise<void>

/** What is left to do once a transaction is committed. */
export class CommitHooks {
  #work: Work[] = []
  #tags: Set<string> | undefined
  readonly #last: (() => Promise<void>)[] = []
  #ended = false

  add(work: Work): void {
    if (this.#ended)
      throw new Error('This transaction has ended, so no work can wait for its commit: call afterCommit before that.')
    this.#work.push(work)
  }

  /** Tags of data that it changes. What a savepoint undoes stays among them: nobody is harmed who looks again. */
  changed(tags: readonly string[]): void {
    this.#tags ??= new Set()
    for (const tag of tags) this.#tags.add(tag)
  }

  /** What it has changed. */
  takeChanged(): readonly string[] | undefined {
    const tags = this.#tags
    this.#tags = undefined
    return tags && [...tags]
  }

  /** Where a savepoint begins; {@link dropSince} forgets what was left behind it. */
  mark(): number {
    return this.#work.length
  }

  dropSince(mark: number): void {
    this.#work.length = mark
  }

  /** `send` is called right before COMMIT, and what it sends travels with that. Where the server refuses it, nothing is saved and this is the error. */
  beforeCommit(send: () => Promise<void>): void {
    this.#last.push(send)
  }

  /** Sends what was left for the end. Not awaited: COMMIT follows. */
  sendLast(): readonly Promise<void>[] {
    const sent = this.#last.map((send) => send())
    // Read where COMMIT fails; else there is nothing to say.
    for (const each of sent) each.catch(() => {})
    return sent
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
