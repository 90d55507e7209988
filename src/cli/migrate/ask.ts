import { createInterface, type Interface } from 'node:readline/promises'
import type { Decisions, Question } from '../../data/migrations/review/decisions.ts'
import { CommandError } from '../command-error.ts'

/** Asks people at a terminal. Without one there is nobody to ask, and the flags have to say it. */
export function asker(): ((question: Question) => Promise<Decisions>) | undefined {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined
  return async (question) => {
    const terminal = createInterface({ input: process.stdin, output: process.stdout })
    try {
      return await ANSWERS[question.kind](question, terminal)
    } finally {
      terminal.close()
    }
  }
}

type Answer = (question: Question, terminal: Interface) => Promise<Decisions>

const ANSWERS: Readonly<Record<Question['kind'], Answer>> = {
  rename: async ({ text, object, candidates }, terminal) => {
    const choices = [...candidates.map((to) => `renamed to ${to}`), 'dropped, with its data']
    const list = choices.map((choice, index) => `  ${index + 1}  ${choice}`).join('\n')
    for (;;) {
      const chosen = Number(await terminal.question(`${text}\n${list}\n> `))
      const to = candidates[chosen - 1]
      if (to !== undefined) return { renames: { [object]: to } }
      if (chosen === choices.length) return { drops: [object] }
    }
  },
  drop: async ({ text, object }, terminal) => {
    await confirm(`${text} Go on?`, terminal)
    return { drops: [object] }
  },
  convert: async ({ text, object }, terminal) => {
    await confirm(`${text} Go on?`, terminal)
    const using = await terminal.question(
      'The SQL expression that converts a value; empty for the cast of PostgreSQL\n> ',
    )
    return { conversions: { [object]: using.trim() } }
  },
  backfill: async ({ text, object }, terminal) => ({
    backfills: { [object]: (await terminal.question(`${text}\n> `)).trim() },
  }),
}

async function confirm(text: string, terminal: Interface): Promise<void> {
  const answer = await terminal.question(`${text} [y/N] `)
  if (/^y(?:es)?$/i.test(answer.trim())) return
  throw new CommandError('Nothing was written.')
}
