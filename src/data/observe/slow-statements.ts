import { runningRequest } from '../../core/running-request.ts'
import type { Logger } from '../../core/request.ts'
import type { StatementObserver } from './statement-observer.ts'
import { isControl, patternOf, shortened } from './statement-text.ts'

export const SLOW_STATEMENT_MS = 200
/** A plan is asked for again when it may have changed. */
const PLAN_AGAIN_MS = 300_000
const MOST_PLANS = 1_000

interface SlowStatementsOptions {
  readonly thresholdMs: number
  /** Gives the plan of a statement, or nothing where there is none to be had now. */
  readonly plan: ((text: string, values: readonly unknown[]) => Promise<string | undefined>) | undefined
  /** For statements outside a request. */
  readonly log: () => Logger | undefined
}

/** Tells statements that take long, with their plan. */
export class SlowStatements implements StatementObserver {
  readonly #options: SlowStatementsOptions
  readonly #planned = new Map<string, number>()

  constructor(options: SlowStatementsOptions) {
    this.#options = options
  }

  statement(text: string, values: readonly unknown[] = []): (() => void) | undefined {
    if (isControl(text)) return undefined
    const began = performance.now()
    const request = runningRequest.getStore()
    return () => {
      const durationMs = Math.round(performance.now() - began)
      if (durationMs < this.#options.thresholdMs) return
      const log = request?.log ?? this.#options.log()
      if (log === undefined) return
      const pattern = patternOf(text)
      const fields = { durationMs, statement: shortened(pattern), operation: request?.operation }
      void this.#planOf(pattern, text, values).then((plan) =>
        log.warn({ ...fields, ...(plan !== undefined && { plan }) }, `a statement took ${durationMs} ms`),
      )
    }
  }

  /** Best effort, and seldom: the database is slow already. */
  async #planOf(pattern: string, text: string, values: readonly unknown[]): Promise<string | undefined> {
    const { plan } = this.#options
    const now = performance.now()
    if (plan === undefined || now - (this.#planned.get(pattern) ?? -PLAN_AGAIN_MS) < PLAN_AGAIN_MS) return undefined
    if (this.#planned.size >= MOST_PLANS) this.#planned.clear()
    this.#planned.set(pattern, now)
    return plan(text, values).catch(() => undefined)
  }
}
