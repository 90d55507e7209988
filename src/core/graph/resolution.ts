import type { BaseContext, BuiltinName } from '../dependency.ts'
import { attempt, chain, isPromise, type MaybePromise } from '../maybe-promise.ts'
import type { RequestTrace } from '../observation/observer.ts'
import type { Logger } from '../request.ts'
import { enter, leave, type Entered } from './generator.ts'
import type { Plan, PlanNode, Use } from './plan.ts'

/** What a run offers its dependencies besides their uses. */
export interface RunContext extends BaseContext {
  readonly user?: unknown
  /** The request's own values; absent outside a request. */
  readonly builtins?: Readonly<Record<BuiltinName, unknown>>
  /** Sees each dependency, where anybody does. */
  readonly trace?: RequestTrace | undefined
}

/** Some nodes, and what these are given in the place of the run. */
export interface OtherRun {
  readonly slots: ReadonlySet<number>
  readonly run: RunContext
}

/** The checked inputs of each holder of the plan, in the plan's order. */
export type HolderValues = readonly (Readonly<Record<string, unknown>> | undefined)[]

/** Shared by the runs that resolve nothing, and never written. */
const NO_VALUES: unknown[] = []

/** One run of a plan: resolves its nodes in order and ends them in reverse. */
export class Resolution {
  readonly #plan: Plan
  readonly #run: RunContext
  readonly #other: OtherRun | undefined
  readonly #values: unknown[]
  #open:
    { readonly node: PlanNode; readonly slot: number; readonly generator: Generator | AsyncGenerator }[] | undefined
  #pending: Promise<unknown>[] | undefined

  constructor(plan: Plan, run: RunContext, other?: OtherRun) {
    this.#plan = plan
    this.#run = run
    this.#other = other
    this.#values = plan.nodes.length === 0 ? NO_VALUES : plan.blank.slice()
  }

  /** Resolves the nodes that access needs, or all that remain. Independent ones run side by side; all-synchronous ones need no promise. */
  resolve(stage: 'access' | 'main', inputs: HolderValues): MaybePromise<void> {
    const { nodes, accessEnd } = this.#plan
    const from = stage === 'access' ? 0 : accessEnd
    const to = stage === 'access' ? accessEnd : nodes.length
    if (from === to) return
    try {
      for (let slot = from; slot < to; slot++) this.#start(slot, nodes[slot] as PlanNode, inputs)
    } catch (error) {
      if (this.#pending === undefined) throw error
      return this.#settled().then(() =>
        Promise.reject(error instanceof Error ? error : new Error(String(error), { cause: error })),
      )
    }
    if (this.#pending !== undefined) return this.#settled()
  }

  /** Whether something still has to be ended. */
  get hasOpen(): boolean {
    return this.#open !== undefined && this.#open.length > 0
  }

  /** Puts the values of these uses into `target`. */
  fill(uses: readonly Use[], target: Record<string, unknown>, run: RunContext = this.#run): void {
    for (const use of uses) target[use.key] = this.#valueOf(use, run)
  }

  /**
   * Ends what lives until `stage`, in reverse order: on success where each stopped, on failure with the error thrown in.
   *
   * @returns The failure as it is then: a cleanup may replace the error, and a cleanup that fails turns success into failure.
   */
  finish(stage: 'handled' | 'sent', failure: Failure | undefined): MaybePromise<Failure | undefined> {
    if (this.#open === undefined) return failure
    const ending = this.#open.filter(({ node }) => node.dependency.until === stage).sort((a, b) => b.slot - a.slot)
    // Taken off first: a failing cleanup brings the caller here again, and nothing may be ended twice.
    this.#open = this.#open.filter(({ node }) => node.dependency.until !== stage)
    let current = failure
    const step = (index: number): MaybePromise<Failure | undefined> => {
      const entry = ending[index]
      if (entry === undefined) return current
      const left = attempt<void>(
        () => leave(entry.generator, entry.node.place, current),
        (error) => {
          current = { error }
        },
      )
      return chain(left, () => step(index + 1))
    }
    return step(0)
  }

  #start(slot: number, node: PlanNode, inputs: HolderValues): void {
    const waits = this.#pending === undefined ? undefined : this.#waitsFor(node)
    const result =
      waits === undefined
        ? this.#enter(slot, node, inputs)
        : Promise.all(waits).then(() => this.#enter(slot, node, inputs))
    if (!isPromise(result)) return this.#keep(slot, node, result)
    const kept = result.then((entered) => this.#keep(slot, node, entered))
    // Handled when all have settled; until then a failure must not count as unhandled.
    kept.catch(() => undefined)
    this.#pending ??= []
    this.#pending[slot] = kept
  }

  #waitsFor(node: PlanNode): Promise<unknown>[] | undefined {
    let waits: Promise<unknown>[] | undefined
    for (const use of node.uses) {
      const pending = use.from === 'slot' ? this.#pending?.[use.slot] : undefined
      if (pending !== undefined) (waits ??= []).push(pending)
    }
    return waits
  }

  #enter(slot: number, node: PlanNode, inputs: HolderValues): MaybePromise<Entered> {
    const run = this.#other?.slots.has(slot) === true ? this.#other.run : this.#run
    // Indexed by the names the dependency declares.
    const context = new DependencyContext(run) as unknown as Record<string, unknown>
    if (node.holder >= 0) Object.assign(context, inputs[node.holder])
    this.fill(node.uses, context, run)
    const { trace } = this.#run
    if (trace === undefined) return enter(node.dependency, context, node.place)
    return trace.step('dependency', node.name, () => enter(node.dependency, context, node.place))
  }

  #keep(slot: number, node: PlanNode, { value, generator }: Entered): void {
    this.#values[slot] = value
    if (generator !== undefined) (this.#open ??= []).push({ node, slot, generator })
  }

  /** Waits for all that was started, so that nothing runs on after a failure; then gives the first failure in the plan's order. */
  async #settled(): Promise<void> {
    const pending = this.#pending ?? []
    this.#pending = undefined
    for (const outcome of await Promise.allSettled(pending)) if (outcome.status === 'rejected') throw outcome.reason
  }

  #valueOf(use: Use, run: RunContext): unknown {
    if (use.from === 'slot') return this.#values[use.slot]
    return use.from === 'app' ? use.node.value : run.builtins?.[use.name]
  }
}

/** What is read seldom is asked of the run when it is read: an abort signal is not made for those who never look. */
class DependencyContext {
  readonly #run: RunContext

  constructor(run: RunContext) {
    this.#run = run
  }

  get signal(): AbortSignal {
    return this.#run.signal
  }

  get log(): Logger {
    return this.#run.log
  }

  get user(): unknown {
    return this.#run.user
  }
}

/** An error on its way through the cleanups. */
export interface Failure {
  readonly error: unknown
}
