import { $ZodAsyncError, type $ZodCheck, type ParsePayload } from 'zod/v4/core'
import type { ZodSchema } from '../zod.ts'

/** The value does not fit. */
export const REJECTED = Symbol('rejected')
/** Only Zod can tell: something is asynchronous, or of a shape the compiled code leaves alone. */
export const UNDECIDED = Symbol('undecided')

/** Gives the projected value or one of the two marks above, after which Zod decides. */
export type FastPath = (value: unknown) => unknown

/** Runs a check the compiler has no code for: a refinement, an overwrite such as `.trim()`, a format with an algorithm of its own. */
export function runCheck(check: $ZodCheck, value: unknown): unknown {
  const payload: ParsePayload = { value, issues: [] }
  const pending: unknown = check._zod.check(payload as ParsePayload<never>)
  if (pending instanceof Promise) return abandon(pending)
  return payload.issues.length === 0 ? payload.value : REJECTED
}

/** Runs a schema the compiler has no code for. */
export function runSchema(schema: ZodSchema, value: unknown, backward: boolean): unknown {
  try {
    const result = schema._zod.run({ value, issues: [] }, backward ? { direction: 'backward' } : {})
    if (result instanceof Promise) return abandon(result)
    return result.issues.length === 0 ? result.value : REJECTED
  } catch (error) {
    if (error instanceof $ZodAsyncError) return UNDECIDED
    throw error
  }
}

/** Runs a codec's own function. */
export function runTransform(transform: (value: unknown, payload: ParsePayload) => unknown, value: unknown): unknown {
  const payload: ParsePayload = { value, issues: [] }
  const result = transform(value, payload)
  if (result instanceof Promise) return abandon(result)
  return payload.issues.length === 0 ? result : REJECTED
}

/** Zod runs it again and reports what becomes of it; a rejection of this first run must not end the process. */
function abandon(pending: Promise<unknown>): typeof UNDECIDED {
  pending.catch(() => undefined)
  return UNDECIDED
}

const HIGH_SURROGATE = /[\uD800-\uDBFF]/

/** Whether UTF-16 units and code points may differ, so that Zod must count. */
export function hasAstral(text: string): boolean {
  return HIGH_SURROGATE.test(text)
}

/** A plain object as JSON has it; Zod has a rule of its own for others. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return (prototype === Object.prototype || prototype === null) && Object.getOwnPropertySymbols(value).length === 0
}
