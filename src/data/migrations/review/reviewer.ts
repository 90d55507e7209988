import type { Change } from '../diff/change.ts'
import { UndecidedChanges, withDecisions, type Decisions, type Question } from './decisions.ts'
import { openQuestions } from './destructive.ts'
import { reviewRenames, type Rename } from './renames.ts'

export interface ReviewOptions {
  readonly decisions?: Decisions
  /** Answers what the decisions leave open. Without it, open questions are an error. */
  readonly ask?: (question: Question) => Promise<Decisions>
}

interface Reviewer {
  renames(candidates: Parameters<typeof reviewRenames>[0]): Promise<readonly Rename[]>
  changes(changes: readonly Change[]): Promise<Decisions>
}

/** Asks nothing. */
export function undoing({ decisions = {} }: ReviewOptions): Reviewer {
  return {
    renames: async (candidates) => reviewRenames(candidates, decisions).renames,
    changes: async () => decisions,
  }
}

/** Asks until all is decided. */
export function reviewer({ decisions = {}, ask }: ReviewOptions): Reviewer {
  let all = decisions
  const answer = async (questions: readonly Question[]): Promise<void> => {
    if (ask === undefined) throw new UndecidedChanges(questions)
    for (const question of questions) all = withDecisions(all, await ask(question))
  }
  return {
    async renames(candidates) {
      let { renames, questions } = reviewRenames(candidates, all)
      while (questions.length > 0) {
        // One at a time: an answer may take the candidate of another.
        await answer(ask === undefined ? questions : questions.slice(0, 1))
        ;({ renames, questions } = reviewRenames(candidates, all))
      }
      return renames
    },
    async changes(changes) {
      for (let open = openQuestions(changes, all); open.length > 0; open = openQuestions(changes, all))
        await answer(open)
      return all
    },
  }
}
