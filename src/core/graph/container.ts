import type { Dependency, Override } from '../dependency.ts'
import { isPromise } from '../maybe-promise.ts'
import type { BaseContext } from '../dependency.ts'
import type { AppNode, Plan, PlanRequest } from './plan.ts'
import { buildPlan } from './build.ts'
import { Problems } from './problems.ts'
import { enter, leave, type Entered } from './generator.ts'

/**
 * The dependency graph of one app: knows what stands in for what, compiles plans, and owns the dependencies that live as long as
 * the app.
 */
export class Container {
  readonly overrides: ReadonlyMap<Dependency, Dependency>
  readonly appNodes = new Map<Dependency, AppNode>()
  readonly #base: BaseContext
  #started: AppNode[] = []

  constructor(overrides: readonly Override[], base: BaseContext) {
    this.overrides = new Map(overrides.map(({ target, replacement }) => [target, replacement]))
    this.#base = base
  }

  /** Compiles what must be resolved, and in which order. Mistakes go to `problems`, or are thrown where none is given. */
  plan(request: PlanRequest, problems?: Problems): Plan {
    const found = problems ?? new Problems()
    const plan = buildPlan(this, request, found)
    if (problems === undefined) found.throwIfAny()
    return plan
  }

  /** Resolves every app-scoped dependency that a plan has asked for and that is not there yet, in order. */
  async start(): Promise<void> {
    for (const node of this.appNodes.values()) if (node.state === 'new') await this.#startNode(node)
  }

  /** Whether {@link start} has something to do, for callers that would rather stay synchronous. */
  get pending(): boolean {
    for (const node of this.appNodes.values()) if (node.state === 'new') return true
    return false
  }

  /** Ends app-scoped dependencies in reverse order. Every one is ended, even where another fails; the first failure is thrown. */
  async stop(): Promise<void> {
    const failures: unknown[] = []
    for (const node of this.#started.reverse()) {
      node.state = 'new'
      if (node.generator === undefined) continue
      try {
        await leave(node.generator, node.place)
      } catch (error) {
        failures.push(error)
      }
    }
    this.#started = []
    if (failures.length > 0) throw failures[0]
  }

  async #startNode(node: AppNode): Promise<void> {
    node.state = 'starting'
    try {
      const context: Record<string, unknown> = { signal: this.#base.signal, log: this.#base.log }
      for (const use of node.uses) if (use.from === 'app') context[use.key] = use.node.value
      const entered = enter(node.dependency, context, node.place)
      const { value, generator }: Entered = isPromise(entered) ? await entered : entered
      node.value = value
      node.generator = generator
      node.state = 'ready'
      this.#started.push(node)
    } catch (error) {
      node.state = 'new'
      throw new Error(
        `${node.place}: this dependency failed to start: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      )
    }
  }
}
