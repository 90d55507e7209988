import type { RowScope } from './access/decision.ts'
import type { AccessRule, Principal } from './access/index.ts'
import { dependency, type Dependency, type BuiltinName } from './dependency.ts'
import type { MaybePromise } from './maybe-promise.ts'
import type { RequestHead, ResponseHead } from './request.ts'

type OfRequest<Value> = Dependency<Value, { inputs: {}; uses: {}; errors: never; life: 'sent'; request: true }>

function builtin<Value>(name: BuiltinName): OfRequest<Value> {
  return { ...dependency({ name }, () => undefined), builtin: name } as unknown as OfRequest<Value>
}

/**
 * The request, for a dependency that must look at it: `uses: { head: currentRequest }`.
 *
 * @example
 * const language = dependency({ uses: { head: currentRequest } }, ({ head }) => head.header('accept-language') ?? 'en')
 */
export const currentRequest: OfRequest<RequestHead> = builtin('request')

/**
 * The response's headers and cookies, for a dependency that sets some.
 *
 * @example
 * const noStore = dependency({ uses: { head: currentResponse } }, ({ head }) => head.header('cache-control', 'no-store'))
 */
export const currentResponse: OfRequest<ResponseHead> = builtin('response')

/**
 * Runs work after the response is sent, for a dependency that leaves some.
 *
 * @example
 * const audit = dependency({ uses: { later: afterResponse, mailer } }, ({ later, mailer }) =>
 *   (line: string) => later(() => mailer.send({ to: 'audit@example.com', subject: 'Audit', text: line })))
 */
export const afterResponse: OfRequest<(work: () => MaybePromise<void>) => void> = builtin('after')

/** Who calls, and what a rule leaves them. */
export interface CallerScope {
  readonly user: Principal | undefined
  /** The request's id, under which it stands in the log. */
  readonly requestId: string
  /** The name of the operation that is called, once it is known. */
  readonly operation: string | undefined
  /** Calls `tell` once it is decided who calls, where it is not yet. */
  whenKnown(tell: () => void): void
  /** Which rows `rule` leaves the caller. Rules with code of their own count as `custom`. */
  scopeOf(rule: AccessRule, custom: boolean): RowScope
}

/** The caller, for what decides about rows. */
export const currentCaller: OfRequest<CallerScope> = builtin('caller')

/** The same for what also runs outside of requests, where nobody calls. */
export const possibleCaller: Dependency<
  CallerScope | undefined,
  { inputs: {}; uses: {}; errors: never; life: 'sent'; request: false }
> = { ...builtin<CallerScope | undefined>('caller'), optional: true } as never
