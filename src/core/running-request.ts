import { AsyncLocalStorage } from 'node:async_hooks'
import type { RequestTrace, StatementTally } from './observation/observer.ts'
import type { Logger, RequestHead, ResponseHead } from './request.ts'

/** The request that the running code belongs to, for what no context reaches: a part that is asked for by many, and knows none of them. */
export interface RunningRequest {
  readonly head: RequestHead
  readonly response: ResponseHead
  readonly log: Logger
  /** Its name, once it is known. */
  readonly operation: string | undefined
  /** Sees it from inside, where anybody does. */
  readonly trace: RequestTrace | undefined
  /** Counts its statements, where anybody asks for that. */
  readonly statements: StatementTally | undefined
}

/** Entered by the kernel for each request, and by nobody else. */
export const runningRequest = new AsyncLocalStorage<RunningRequest>()
