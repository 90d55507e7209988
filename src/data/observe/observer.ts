import type { Logger } from '../../core/request.ts'
import type { Pool } from 'pg'
import { REPEATED_STATEMENTS, RepeatedStatements } from '../n-plus-one/repeated-statements.ts'
import type { DatabaseOptions } from '../database-options.ts'
import { explain } from './explain.ts'
import { SLOW_STATEMENT_MS, SlowStatements } from './slow-statements.ts'
import { RequestStatements } from './request-statements.ts'
import { observersTogether, type StatementObserver } from './statement-observer.ts'

export type DatabaseEnvironment = 'development' | 'test' | 'production'

type Observed = Pick<DatabaseOptions, 'repeatedStatements' | 'slowStatementMs'>

interface Watched {
  readonly pool: Pool
  readonly environment: DatabaseEnvironment
  readonly log: () => Logger | undefined
}

/** What sees the statements of a database: in production only what requests are asked for, and what was asked for. */
export function observerOf(
  { repeatedStatements = { limit: REPEATED_STATEMENTS }, slowStatementMs }: Observed,
  { pool, environment, log }: Watched,
): StatementObserver | undefined {
  const observers: StatementObserver[] = [new RequestStatements()]
  if (repeatedStatements !== false && environment !== 'production')
    observers.push(new RepeatedStatements(repeatedStatements.limit, environment === 'test'))
  const thresholdMs = slowStatementMs ?? (environment === 'development' ? SLOW_STATEMENT_MS : false)
  if (thresholdMs !== false) {
    // A plan tells about the data, and asking for it costs the database.
    const plan =
      environment === 'production'
        ? undefined
        : (text: string, values: readonly unknown[]) => explain(pool, text, values)
    observers.push(new SlowStatements({ thresholdMs, plan, log }))
  }
  return observersTogether(observers)
}
