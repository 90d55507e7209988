import type { AccessDecision, Caller } from '../access/decision.ts'
import type { Principal } from '../access/index.ts'
import type { Dependency, Uses } from '../dependency.ts'
import type { ErrorClass } from '../errors/index.ts'
import type { Plan } from '../graph/plan.ts'
import type { HolderValues } from '../graph/resolution.ts'
import type { MaybePromise } from '../maybe-promise.ts'
import type { Outcome } from '../middleware.ts'
import type { RequestTrace } from '../observation/observer.ts'
import type { AppServices } from '../services.ts'
import type { Logger, RequestHead } from '../request.ts'
import type { PlacedOperation } from '../tree.ts'
import type { RequestRead } from '../watched-head.ts'

/** What a policy is about. */
export type PolicyKind = 'limit' | 'cache' | 'idempotency'

/** What an operation runs within besides its access rule: a limit on how often, a cache of its answers, a key that makes it safe to repeat. */
export interface OperationPolicy<out Kind extends PolicyKind = PolicyKind> {
  readonly kind: 'policy'
  readonly of: Kind
  /** Errors it can give; they reach the documentation of the operation. */
  readonly errors: readonly ErrorClass[]
  /** What the document says of it. */
  readonly document?: PolicyDocument
  /**
   * Dependencies of its own, resolved with the operation's. `present` are those that the operation has anyway, for a policy that joins one of them, such as
   * the operation's transaction.
   */
  readonly uses?: (place: PolicyPlace, present: readonly Dependency[]) => Uses
  /** Works it out for one operation, at start. Mistakes are thrown, and stand under the operation's name. */
  readonly compile: (place: WorkedOutPlace) => CompiledPolicy
}

/** In terms of OpenAPI; `$ref` only to what the document has anyway. */
export interface PolicyDocument {
  readonly parameters?: readonly Readonly<Record<string, unknown>>[]
  /** Of every declared answer. */
  readonly responseHeaders?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Statuses that the operation can answer with besides its own, without a body: 304. */
  readonly statuses?: Readonly<Record<string, string>>
}

/** Where a policy stands. */
export interface PolicyPlace {
  readonly placed: Omit<PlacedOperation, 'policies'>
  readonly services: AppServices
}

/** The same once it is known what the operation resolves and who may call it. */
export interface WorkedOutPlace extends PolicyPlace {
  readonly plan: Plan
  readonly access: AccessDecision
}

/** A request as policies see it. */
export interface Call {
  readonly head: RequestHead
  /** The operation's name. */
  readonly operation: string | undefined
  /** Who calls; `undefined` before that is decided, and where nobody is known. */
  readonly user: Principal | undefined
  /** The same, with who says so. */
  readonly caller: Caller | undefined
  readonly trace: RequestTrace | undefined
  readonly signal: AbortSignal
  readonly log: Logger
  /** Runs work after the response is sent. */
  readonly after: (work: () => MaybePromise<void>) => void
  /** Sets a header on whatever the answer will be, an error's too. */
  answerHeader(name: string, value: string): void
  /** Adds a member to a header that is a list, on whatever the answer will be. The name is in small letters; both are made by the policy, of nothing that a client sends. */
  answerMember(name: string, value: string): void
}

/** A request whose input is checked. */
export interface CheckedCall {
  readonly call: Call
  /** Every checked input of the operation and its dependencies, in an order that is fixed for the operation. */
  readonly inputs: HolderValues
  /** The body as it was sent, parsed and not yet checked, by the name of its declaration. */
  readonly sent: { readonly body?: unknown; readonly form?: unknown }
  /** Values of the policy's own uses; only within. */
  readonly uses: Readonly<Record<string, unknown>>
  /** What the handler and its dependencies have read of the request by themselves, as far as they have run; only where a policy watches. */
  readonly reads: readonly RequestRead[]
  /** Runs the operation again from access on, past its policies, once the response is sent: for an answer that is kept for others. */
  readonly anew: () => Promise<Outcome>
}

/** Runs the rest of the operation. */
export type Proceed = () => MaybePromise<Outcome>

/** A policy worked out for one operation. What it does not have costs nothing. */
export interface CompiledPolicy {
  /** Before it is asked who calls. Throws to refuse. */
  readonly arrive?: (call: Call) => MaybePromise<void>
  /** Once the caller is known and may pass, before the body is read. Throws to refuse. */
  readonly admit?: (call: Call) => MaybePromise<void>
  /** Whether it looks at {@link CheckedCall.reads}. */
  readonly watches?: true
  /** Around dependencies, handler, answer and commit, once all input is checked. May answer in their place. */
  readonly around?: (checked: CheckedCall, next: Proceed) => MaybePromise<Outcome>
  /** Around the handler and its answer, inside the dependencies: what it does here is part of their transaction. */
  readonly within?: (checked: CheckedCall, next: Proceed) => MaybePromise<Outcome>
}

/** Thrown in the place of an error: this is the answer, and what the operation's dependencies have done is undone. */
export class ReadyAnswer extends Error {
  readonly outcome: Outcome

  constructor(outcome: Outcome) {
    super('The answer is there already.')
    this.outcome = outcome
  }
}

/** One or several, as options take them. */
export type OneOrMore<T> = T | readonly T[]

export function listOf<T extends object>(given: OneOrMore<T> | undefined): readonly T[] {
  if (given === undefined) return []
  return Array.isArray(given) ? (given as readonly T[]) : [given as T]
}
