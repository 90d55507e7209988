import { runningRequest, type RunningRequest } from '../../core/running-request.ts'
import { RepeatedStatement } from '../errors.ts'
import type { StatementObserver } from '../observe/statement-observer.ts'
import { isControl, shortened, StatementPatterns } from '../observe/statement-text.ts'
import { userFrame } from '../observe/user-frame.ts'

/** How often one request may run the same statement. */
export interface RepeatedStatementsOptions {
  /** Default 10. */
  readonly limit: number
}

export const REPEATED_STATEMENTS = 10

/** Finds a statement that is run once per row: in a test the request fails, in development it is told once. */
export class RepeatedStatements implements StatementObserver {
  readonly #limit: number
  readonly #strict: boolean
  readonly #patterns = new StatementPatterns()
  readonly #counts = new WeakMap<RunningRequest, Map<string, number>>()
  readonly #told = new Set<string>()

  constructor(limit: number, strict: boolean) {
    this.#limit = limit
    this.#strict = strict
  }

  statement(text: string): undefined {
    const request = runningRequest.getStore()
    if (request === undefined || isControl(text)) return
    const pattern = this.#patterns.of(text)
    const count = this.#count(request, pattern)
    if (count <= this.#limit) return
    const operation = request.operation ?? `${request.head.method} ${request.head.path}`
    if (this.#strict) throw new RepeatedStatement(explained(operation, pattern, count))
    const once = `${operation} ${pattern}`
    if (this.#told.has(once)) return
    this.#told.add(once)
    request.log.warn(
      { operation, statement: shortened(pattern), count, at: userFrame() },
      explained(operation, pattern, count),
    )
  }

  #count(request: RunningRequest, pattern: string): number {
    const counts = this.#counts.get(request) ?? new Map<string, number>()
    this.#counts.set(request, counts)
    const count = (counts.get(pattern) ?? 0) + 1
    counts.set(pattern, count)
    return count
  }
}

function explained(operation: string, pattern: string, count: number): string {
  const at = userFrame()
  return (
    `${operation} runs the same statement again and again, ${count} times so far${at === undefined ? '' : `, at ${at}`}: ` +
    `${shortened(pattern)}. Get all rows with one statement: a join, a relation (with), inArray(column, ids), or loader(...). ` +
    'Where it is meant, raise database({ repeatedStatements: { limit } }).'
  )
}
