import type { WireSchema } from './wire-schema.ts'

/** The value does not fit. */
export const REJECTED = Symbol('rejected')
/** Only Zod can tell: something asynchronous, or of a shape the compiled code does not handle. */
export const UNDECIDED = Symbol('undecided')

/** Gives the projected value, or one of the two marks above, after which Zod decides. */
export type FastPath = (value: unknown) => unknown

export function compileFast(_wire: WireSchema, _direction: 'decode' | 'encode'): FastPath {
  return () => UNDECIDED
}
