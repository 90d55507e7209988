import { AsyncLocalStorage } from 'node:async_hooks'
import { isPromise } from '../../core/maybe-promise.ts'
import type { RequestTrace, StepFields, StepKind, StepTold } from '../../core/observation/observer.ts'

/** A request that does more is not read to its end by anybody. */
const MOST_STEPS = 2_000

/** How many steps a summary names. */
const SUMMARY_STEPS = 5

/** One step, and the steps within it. */
export interface TreeStep {
  readonly kind: StepKind | 'request'
  readonly name: string
  fields: StepFields | undefined
  /** Of the monotonic clock; `undefined` for what takes no time of its own. */
  readonly beganAt: number | undefined
  tookMs: number | undefined
  failed: boolean
  readonly steps: TreeStep[]
}

/** A step in the line of a slow operation. */
export interface StepSummary {
  readonly step: string
  readonly durationMs: number
  /** How many times, where more than once. */
  readonly times?: number
}

/** The step that the running code belongs to. */
const current = new AsyncLocalStorage<TreeStep>()

/** Keeps what one request does, step by step. */
export class RequestTree implements RequestTrace {
  readonly root: TreeStep = stepOf('request', '', undefined, performance.now())
  #count = 0

  run<T>(work: () => T): T {
    return current.run(this.root, work)
  }

  step<T>(kind: StepKind, name: string, work: () => T, { fields, ended: told }: StepTold<T> = {}): T {
    const step = this.#add(stepOf(kind, name, fields, performance.now()))
    let result: T
    try {
      result = current.run(step, work)
    } catch (error) {
      ended(step, true)
      throw error
    }
    const end = (value: Awaited<T>): void => {
      ended(step, false)
      if (told !== undefined) step.fields = { ...fields, ...told(value) }
    }
    // What is no promise is its own result.
    if (!isPromise(result)) end(result as Awaited<T>)
    else (result as PromiseLike<Awaited<T>>).then(end, () => ended(step, true))
    return result
  }

  note(kind: StepKind, name: string, fields?: StepFields): void {
    this.#add(stepOf(kind, name, fields, undefined))
  }

  /** Where the time went: steps of the same name together, the longest first. A step's time includes those within it. */
  slowest(): readonly StepSummary[] {
    const byStep = new Map<string, { durationMs: number; times: number }>()
    for (const { kind, name, tookMs = 0 } of below(this.root)) {
      const sum = byStep.get(`${kind} ${name}`) ?? { durationMs: 0, times: 0 }
      byStep.set(`${kind} ${name}`, { durationMs: sum.durationMs + tookMs, times: sum.times + 1 })
    }
    return [...byStep]
      .sort(([, a], [, b]) => b.durationMs - a.durationMs)
      .slice(0, SUMMARY_STEPS)
      .map(([step, { durationMs, times }]) => ({
        step,
        durationMs: Math.round(durationMs * 10) / 10,
        ...(times > 1 && { times }),
      }))
  }

  #add(step: TreeStep): TreeStep {
    this.#count += 1
    if (this.#count <= MOST_STEPS) (current.getStore() ?? this.root).steps.push(step)
    return step
  }
}

function stepOf(
  kind: TreeStep['kind'],
  name: string,
  fields: StepFields | undefined,
  beganAt: number | undefined,
): TreeStep {
  return { kind, name, fields, beganAt, tookMs: undefined, failed: false, steps: [] }
}

function ended(step: TreeStep, failed: boolean): void {
  step.tookMs = performance.now() - (step.beganAt ?? 0)
  step.failed = failed
}

function below(step: TreeStep): TreeStep[] {
  return step.steps.flatMap((each) => [each, ...below(each)])
}
