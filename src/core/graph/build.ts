import type { AccessRule } from '../access/rule.ts'
import type { BuiltinName, Dependency, Uses } from '../dependency.ts'
import type { ErrorClass } from '../errors/index.ts'
import { RESERVED_NAMES, type ReservedName } from '../operation.ts'
import type { Container } from './container.ts'
import type { AppNode, Holder, Plan, PlanNode, PlanRequest, Use } from './plan.ts'
import { shorterLived } from './lifetime.ts'
import type { Problems } from './problems.ts'

/** Walks the graph below the roots, depth first and in the order of declaration, so that every node follows what it uses. */
export function buildPlan(container: Container, request: PlanRequest, problems: Problems): Plan {
  const builder = new PlanBuilder(container, request, problems)
  const accessRoots = request.accessRoots.map((uses) => builder.uses(uses, request.place, []))
  builder.holders.push(...request.accessInputs)
  const accessEnd = builder.nodes.length
  const accessHolders = builder.holders.length
  builder.stage = 'main'
  const roots = request.roots.map((uses) => builder.uses(uses, request.place, []))
  builder.holders.push(...request.inputs)
  return {
    nodes: builder.nodes,
    blank: builder.nodes.map(() => undefined),
    accessEnd,
    holders: builder.holders,
    accessHolders,
    roots: [...accessRoots, ...roots],
    access: [...builder.access],
    errors: [...builder.errors],
    rerun: builder.nodes.find(({ dependency }) => dependency.rerun !== undefined)?.dependency.rerun,
  }
}

class PlanBuilder {
  readonly nodes: PlanNode[] = []
  readonly holders: Holder[] = []
  readonly access = new Set<AccessRule>()
  readonly errors = new Set<ErrorClass>()
  stage: 'access' | 'main' = 'access'
  readonly #slots = new Map<Dependency, number>()
  readonly #container: Container
  readonly #request: PlanRequest
  readonly #problems: Problems

  constructor(container: Container, request: PlanRequest, problems: Problems) {
    this.#container = container
    this.#request = request
    this.#problems = problems
  }

  /** The uses of one place; those that cannot be had are reported and left out. */
  uses(uses: Uses, place: string, path: readonly Dependency[]): Use[] {
    const found: Use[] = []
    for (const [key, declared] of Object.entries(uses)) {
      if (RESERVED_NAMES.includes(key as ReservedName)) {
        this.#problems.add(place, `the name "${key}" in uses is taken by the context; choose another`)
      }
      const use = this.#use(key, declared, place, path)
      if (use !== undefined) found.push(use)
    }
    return found
  }

  #use(key: string, declared: Dependency | undefined, place: string, path: readonly Dependency[]): Use | undefined {
    const here = `${place} → ${key}`
    if (declared?.kind !== 'dependency') {
      this.#problems.add(
        here,
        declared === undefined
          ? 'the dependency is undefined; two modules probably import each other: move it to a module of its own'
          : 'this is not a dependency; make one with dependency(...)',
      )
      return undefined
    }
    const dependency = this.#replacement(declared)
    if (dependency.builtin !== undefined) return this.#builtin(key, dependency, here)
    if (path.includes(dependency)) {
      this.#problems.add(
        here,
        `a cycle: ${describeCycle(path, dependency)}; take what both need into a third dependency`,
      )
      return undefined
    }
    if (dependency.slot) {
      this.#problems.add(
        here,
        `nothing provides the slot "${dependency.name}"; add provide(${dependency.name}, ...) to createApp's provide`,
      )
      return undefined
    }
    if (dependency.scope === 'app') return { key, from: 'app', node: this.#appNode(dependency, here, path) }
    return { key, from: 'slot', slot: this.#slot(dependency, here, path) }
  }

  #replacement(declared: Dependency): Dependency {
    const original = declared.freshOf ?? declared
    const replacement = this.#container.overrides.get(original)
    if (replacement === undefined) return declared
    return declared.freshOf === undefined ? replacement : { ...replacement, freshOf: replacement }
  }

  #builtin(key: string, { builtin, optional }: Dependency, here: string): Use {
    if (!this.#request.request && optional !== true)
      this.#problems.add(here, `it needs a request, and ${this.#request.place} runs outside one`)
    // Called for those that are built in.
    return { key, from: 'builtin', name: builtin as BuiltinName }
  }

  #appNode(dependency: Dependency, here: string, path: readonly Dependency[]): AppNode {
    const known = this.#container.appNodes.get(dependency)
    if (known !== undefined) return known
    this.#checkAppScope(dependency, here)
    const uses = this.uses(dependency.uses, here, [...path, dependency])
    for (const use of uses) {
      if (use.from !== 'app') {
        this.#problems.add(
          `${here} → ${use.key}`,
          `"${lastName(here)}" lives as long as the app and cannot use "${use.key}", which lives for one request; give "${use.key}" scope: 'app', or take it off "${lastName(here)}"`,
        )
      }
    }
    const node: AppNode = { dependency, place: here, uses, state: 'new', value: undefined, generator: undefined }
    this.#container.appNodes.set(dependency, node)
    return node
  }

  #checkAppScope(dependency: Dependency, here: string): void {
    const reads = Object.keys(dependency.inputs)
    if (reads.length > 0)
      this.#problems.add(
        here,
        `it lives as long as the app and cannot read ${reads.join(', ')} of a request; remove scope: 'app'`,
      )
    if (dependency.access !== undefined)
      this.#problems.add(
        here,
        "it lives as long as the app and has no caller to check; remove its access or scope: 'app'",
      )
  }

  #slot(dependency: Dependency, here: string, path: readonly Dependency[]): number {
    const known = dependency.freshOf === undefined ? this.#slots.get(dependency) : undefined
    if (known !== undefined) return known
    this.#checkRequest(dependency, here)
    const uses = this.uses(dependency.uses, here, [...path, dependency])
    this.#checkLifetimes(dependency, uses, here)
    if (dependency.access !== undefined) this.access.add(dependency.access)
    for (const error of dependency.errors) this.errors.add(error)
    this.#checkSole(dependency, here)
    const slot = this.nodes.length
    const name = dependency.name === '' ? lastName(here) : dependency.name
    this.nodes.push({ dependency, name, place: here, uses, holder: this.#hold(dependency, here) })
    if (dependency.freshOf === undefined) this.#slots.set(dependency, slot)
    return slot
  }

  /** One that is resolved anew is meant to be another. */
  #checkSole({ sole, freshOf }: Dependency, here: string): void {
    if (sole === undefined || freshOf !== undefined) return
    const other = this.nodes.find(
      ({ dependency }) => dependency.freshOf === undefined && dependency.sole?.of === sole.of,
    )
    if (other !== undefined)
      this.#problems.add(
        here,
        `it is a second ${sole.called} in one operation, beside ${other.place}: neither would see what the other changes. Use one of them for both, or fresh(...) for one that is meant to stand apart`,
      )
  }

  #hold(dependency: Dependency, place: string): number {
    if (Object.keys(dependency.inputs).length === 0) return -1
    this.holders.push({ place, inputs: dependency.inputs })
    return this.holders.length - 1
  }

  #checkRequest(dependency: Dependency, here: string): void {
    const reads = Object.keys(dependency.inputs)
    if (!this.#request.request && (reads.length > 0 || dependency.access !== undefined)) {
      const needs = reads.length > 0 ? `reads ${reads.join(', ')} of a request` : 'needs a caller'
      this.#problems.add(here, `it ${needs}, and ${this.#request.place} runs outside one; pass that value in instead`)
    }
    if (this.stage === 'main') return
    if (dependency.inputs.body !== undefined || dependency.inputs.form !== undefined) {
      this.#problems.add(here, 'access is decided before the body is read, so what decides it cannot read the body')
    }
    if (dependency.access !== undefined)
      this.#problems.add(here, 'it has an access rule itself, so it cannot help to decide access')
  }

  #checkLifetimes(dependency: Dependency, uses: readonly Use[], here: string): void {
    for (const use of shorterLived(dependency, uses, this.nodes)) {
      this.#problems.add(
        `${here} → ${use.key}`,
        `"${lastName(here)}" lives until the response is sent and cannot use "${use.key}", which ends before; give "${use.key}" until: 'sent' too`,
      )
    }
  }
}

function describeCycle(path: readonly Dependency[], again: Dependency): string {
  const names = path.slice(path.indexOf(again)).map(({ name }) => name || 'unnamed')
  return [...names, again.name || 'unnamed'].join(' → ')
}

function lastName(place: string): string {
  return place.slice(place.lastIndexOf('→ ') + 2)
}
