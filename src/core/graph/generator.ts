import type { Dependency } from '../dependency.ts'
import { chain, isPromise, type MaybePromise } from '../maybe-promise.ts'

type AnyGenerator = Generator | AsyncGenerator

/** A resolved dependency, and the rest of its generator where it has one. */
export interface Entered {
  readonly value: unknown
  readonly generator: AnyGenerator | undefined
}

/** Resolves a dependency up to its value. */
export function enter(dependency: Dependency, context: object, place: string): MaybePromise<Entered> {
  // The context was assembled from what the dependency declares.
  const result = dependency.resolve(context as never)
  if (dependency.cleanup === 'none') {
    if (isGenerator(result))
      throw new Error(
        `${place}: it returned a generator, which nothing would run; write the dependency itself as function* or async function*.`,
      )
    return isPromise(result) ? result.then(plainValue) : plainValue(result)
  }
  const generator = result as AnyGenerator
  return chain(generator.next() as MaybePromise<IteratorResult<unknown>>, (step) => {
    if (step.done === true)
      throw new Error(`${place}: the generator ended without yielding a value; yield exactly once.`)
    return { value: step.value, generator }
  })
}

function isGenerator(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { next, throw: fail } = value as { readonly next?: unknown; readonly throw?: unknown }
  return typeof next === 'function' && typeof fail === 'function'
}

function plainValue(value: unknown): Entered {
  return { value, generator: undefined }
}

/** Runs the rest of a generator: where it stopped, or with `failure` thrown in. */
export function leave(
  generator: AnyGenerator,
  place: string,
  failure?: { readonly error: unknown },
): MaybePromise<void> {
  const step = failure === undefined ? generator.next() : generator.throw(failure.error)
  return chain(step as MaybePromise<IteratorResult<unknown>>, ({ done }) =>
    done === true ? undefined : refuseSecond(generator, place),
  )
}

/** What the generator holds is given back all the same: its `finally` blocks run. */
function refuseSecond(generator: AnyGenerator, place: string): MaybePromise<never> {
  return chain(generator.return(undefined) as MaybePromise<unknown>, () => {
    throw new Error(`${place}: the generator yielded twice; yield exactly once.`)
  })
}
