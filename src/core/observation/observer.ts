import type { Principal } from '../access/index.ts'
import type { RunningRequest } from '../running-request.ts'

/** What a step of a request's work is. */
export type StepKind = 'limit' | 'dependency' | 'handler' | 'statement' | 'cache' | 'outbound'

export type StepFields = Readonly<Record<string, string | number | boolean>>

/** What is told of a step. */
export interface StepTold<T> {
  readonly fields?: StepFields
  /** What its result adds. */
  readonly ended?: (result: Awaited<T>) => StepFields
}

/** Sees one request from inside. */
export interface RequestTrace {
  /** Runs the whole of the request, so that what it calls finds its context. */
  run<T>(work: () => T): T
  /** Runs one step and sees how long it takes and how it ends. What `work` gives is given back as it is, a promise too. */
  step<T>(kind: StepKind, name: string, work: () => T, told?: StepTold<T>): T
  /** Something that takes no time of its own: a cache that had it. */
  note(kind: StepKind, name: string, fields?: StepFields): void
  /** Writes into the headers of a call that the request makes, in lower case, by what the trace goes on elsewhere. */
  readonly carry?: (headers: Record<string, string>) => void
  /** What every line of the request's log has besides. */
  readonly logFields?: Readonly<Record<string, string>> | undefined
}

/** Statements a request has sent, and the time it has waited for them, in milliseconds. */
export interface StatementTally {
  count: number
  waitedMs: number
}

/** A request as observers see it. */
export interface ObservedRequest extends RunningRequest {
  /** Of the monotonic clock, in milliseconds. */
  readonly openedAt: number
  readonly user: Principal | undefined
  readonly trace: RequestTrace | undefined
  readonly statements: StatementTally | undefined
}

/** How a request ended. */
export interface ObservedAnswer {
  /** 499 where the client left before there was one. */
  readonly status: number
  readonly durationMs: number
  /** What was thrown, where something was; also what was answered with a 4xx. */
  readonly error: unknown
  /** What the log has not been told of yet; only for observers that say it. */
  readonly failure?: RequestFailure | undefined
}

/** An error that nobody had foreseen, or that is the server's own to answer for. */
export interface RequestFailure {
  readonly error: unknown
  readonly level: 'warn' | 'error'
  /** What the log says of it. */
  readonly message: string
  /** Whether the error has more to say than its code. */
  readonly hasReason: boolean
}

/** A request refused before it was one: its head could not be read. */
export interface RefusedRequest {
  readonly id: string
  readonly method: string
  readonly status: number
  readonly error: unknown
}

/** Sees the requests of an app: its log, its metrics, its traces. What it does not have costs nothing. */
export interface RequestObserver {
  /** Asked at the begin of each request; gives who sees it from inside. */
  readonly begin?: ((request: ObservedRequest) => RequestTrace | undefined) | undefined
  /** Whether statements are to be counted for each request. */
  readonly countsStatements?: boolean
  /** Whether it writes the failures of answers into the log: nobody else does then. */
  readonly tellsFailures?: boolean
  /** Once the answer is on its way. Must not throw. */
  readonly answered?: (request: ObservedRequest, answer: ObservedAnswer) => void
  readonly refused?: (request: RefusedRequest) => void
}
