import { chain, type MaybePromise } from '../maybe-promise.ts'
import type { Call, CompiledPolicy, Proceed } from './policy.ts'
import type { Outcome } from '../middleware.ts'

type Guard = (call: Call) => MaybePromise<void>
/** A policy's place among those of its operation: by it its own uses are found. */
export type Wrapper = (
  indexed: (index: number) => Parameters<NonNullable<CompiledPolicy['around']>>[0],
  next: Proceed,
) => MaybePromise<Outcome>

/** The policies of one operation as one function for each moment; `undefined` where none of them has one. */
export interface ComposedPolicies {
  readonly arrive: Guard | undefined
  readonly admit: Guard | undefined
  readonly around: Wrapper | undefined
  readonly within: Wrapper | undefined
  /** Whether one of them looks at what the request's code reads. */
  readonly watches: boolean
}

export const NO_POLICIES: ComposedPolicies = {
  arrive: undefined,
  admit: undefined,
  around: undefined,
  within: undefined,
  watches: false,
}

/** In order: the first is outermost. */
export function composePolicies(policies: readonly CompiledPolicy[]): ComposedPolicies {
  if (policies.length === 0) return NO_POLICIES
  return {
    arrive: guards(policies.flatMap(({ arrive }) => arrive ?? [])),
    admit: guards(policies.flatMap(({ admit }) => admit ?? [])),
    around: wrappers(policies, 'around'),
    within: wrappers(policies, 'within'),
    watches: policies.some(({ watches }) => watches === true),
  }
}

function guards(all: readonly Guard[]): Guard | undefined {
  if (all.length < 2) return all[0]
  return (call) => {
    const step = (index: number): MaybePromise<void> => {
      const guard = all[index]
      return guard === undefined ? undefined : chain(guard(call), () => step(index + 1))
    }
    return step(0)
  }
}

function wrappers(policies: readonly CompiledPolicy[], moment: 'around' | 'within'): Wrapper | undefined {
  const all = policies.flatMap((policy, index) => {
    const wrap = policy[moment]
    return wrap === undefined ? [] : [{ wrap, index }]
  })
  if (all.length === 0) return undefined
  return (checked, next) => {
    const step = (position: number): MaybePromise<Outcome> => {
      const layer = all[position]
      return layer === undefined ? next() : layer.wrap(checked(layer.index), () => step(position + 1))
    }
    return step(0)
  }
}
