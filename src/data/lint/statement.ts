import type { ScanToken } from 'libpg-query'
import type { Node } from './ast.ts'
import type { Position, Source } from './source.ts'

export interface Comment extends Position {
  readonly text: string
}

/** A statement, with its place in the file. Places within it are those of the grammar, in bytes. */
export interface Statement {
  readonly node: Node
  /** Without what is around it, and without the semicolon. */
  readonly text: string
  readonly start: Position
  /** Before the statement, after the one before it. */
  readonly comments: readonly Comment[]
  readonly positionOf: (location: number) => Position
  /** What stands from a place to the next comma outside parentheses, or to the statement's end. */
  readonly clauseAt: (location: number | undefined) => string
  /** What stands from a place to the parenthesis that closes the first one. */
  readonly groupAt: (location: number | undefined) => string
}

export function toStatement(
  node: Node,
  tokens: readonly ScanToken[],
  comments: readonly Comment[],
  source: Source,
): Statement {
  // It follows the semicolon of the statement before, and any that end nothing.
  const own = tokens.slice(tokens.findIndex(({ text }) => text !== ';'))
  const first = own[0]?.start ?? 0
  const last = own.at(-1)?.end ?? 0
  const start = source.positionOf(first)
  return {
    node,
    text: source.slice(first, last),
    start,
    comments: comments.filter(({ offset }) => offset < start.offset),
    positionOf: (location) => source.positionOf(location),
    clauseAt: (location = first) => source.slice(location, clauseEnd(own, location)),
    groupAt: (location = first) => source.slice(location, groupEnd(own, location)),
  }
}

function clauseEnd(tokens: readonly ScanToken[], from: number): number {
  let depth = 0
  let end = from
  for (const { text, start, end: tokenEnd } of tokens) {
    if (start < from) continue
    if (text === '(' || text === '[') depth += 1
    if (text === ')' || text === ']') depth -= 1
    if (depth < 0 || (depth === 0 && text === ',')) return end
    end = tokenEnd
  }
  return end
}

function groupEnd(tokens: readonly ScanToken[], from: number): number {
  let depth = 0
  for (const { text, start, end } of tokens) {
    if (start < from) continue
    if (text === '(') depth += 1
    if (text === ')') depth -= 1
    if (text === ')' && depth === 0) return end
  }
  return tokens.at(-1)?.end ?? from
}
