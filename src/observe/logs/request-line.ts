import { AshlarError } from '../../core/errors/index.ts'
import type { ObservedAnswer, ObservedRequest } from '../../core/observation/observer.ts'

/** What the log says of a request. */
export interface RequestLine {
  readonly requestId: string
  readonly method: string
  /** Without the query; parameters that look secret are left out. */
  readonly path: string
  /** The operation's name; `undefined` where there is none for the path. */
  readonly operation: string | undefined
  /** 499 where the client left before there was an answer. */
  readonly status: number
  /** Until the answer was on its way, in milliseconds. */
  readonly durationMs: number
  readonly userId: string | number | undefined
  /** The client's address. */
  readonly address: string
  /** Statements sent to the database; `undefined` where there were none. */
  readonly statements: number | undefined
  /** The time waited for them, in milliseconds; where several ran at once, each counts. */
  readonly statementsMs: number | undefined
  /** The code of the error, of those that have one. */
  readonly error: string | undefined
}

export function requestLine(
  request: ObservedRequest,
  { status, durationMs, error }: ObservedAnswer,
  path: string,
): RequestLine {
  const { head, statements } = request
  const counted = statements === undefined || statements.count === 0 ? undefined : statements
  return {
    requestId: head.id,
    method: head.method,
    path,
    operation: request.operation,
    status,
    durationMs: rounded(durationMs),
    userId: request.user?.id,
    address: head.address,
    statements: counted?.count,
    statementsMs: counted === undefined ? undefined : rounded(counted.waitedMs),
    error: error instanceof AshlarError ? error.code : undefined,
  }
}

/** To a hundredth: what is finer is noise. */
export function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100
}
