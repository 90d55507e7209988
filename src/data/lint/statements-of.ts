import { loadParser } from './parser.ts'
import type { Position } from './source.ts'

/** A statement as it is written, without the comments before it and the semicolon after it. */
export interface StatementText extends Position {
  readonly text: string
}

/**
 * The statements of a text, split by PostgreSQL's own grammar: semicolons in strings, bodies and comments end nothing.
 *
 * @throws an Error with line and column where it is not SQL.
 */
export async function statementsOf(sql: string): Promise<readonly StatementText[]> {
  const { statements, problem } = (await loadParser()).parse(sql)
  if (problem !== undefined) throw new Error(`${problem.line}:${problem.column}: ${problem.message}`)
  return statements.map(({ text, start: { offset, line, column } }) => ({ text, offset, line, column }))
}
