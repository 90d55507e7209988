import type { Dependency } from '../dependency.ts'
import type { Override } from '../override.ts'
import { isPromise } from '../maybe-promise.ts'
import type { BaseContext } from '../dependency.ts'
import type { Logger } from '../request.ts'
import { withServices, type AppServices } from '../services.ts'
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
  readonly #log: Logger
  readonly #services: AppServices | undefined
  #started: AppNode[] = []
  #starting: Promise<void> | undefined
  #abort = new AbortController()

  constructor(
    overrides: readonly Override[],
    { log, services }: Pick<BaseContext, 'log'> & { readonly services?: AppServices },
  ) {
    this.overrides = new Map(overrides.map(({ target, replacement }) => [target, replacement]))
    this.#log = log
    this.#services = services
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
    // Whoever asks while another start is under way waits for it, and then for what was asked for since.
    while (this.#pending) {
      this.#starting ??= this.#startNew().finally(() => (this.#starting = undefined))
      await this.#starting
    }
  }

  get #pending(): boolean {
    for (const node of this.appNodes.values()) if (node.state !== 'ready') return true
    return false
  }

  async #startNew(): Promise<void> {
    for (const node of this.appNodes.values()) if (node.state === 'new') await this.#startNode(node)
  }

  /** Aborts their signal, then ends app-scoped dependencies in reverse order. Every one is ended, even where another fails; the first failure is thrown. */
  async stop(): Promise<void> {
    await this.#starting?.catch(() => undefined)
    this.#abort.abort(new Error('The app is stopping.'))
    this.#abort = new AbortController()
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
      const context: Record<string, unknown> = {
        signal: this.#abort.signal,
        log: this.#log,
        ...withServices(this.#services),
      }
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
