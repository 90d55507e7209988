import type { AccessRule } from '../access/rule.ts'
import type { BuiltinName, Dependency, RerunPolicy, Uses } from '../dependency.ts'
import type { ErrorClass } from '../errors/index.ts'
import type { InputDeclarations } from '../inputs.ts'

/** A dependency's place in the app: resolved once at start and shared by every request. */
export interface AppNode {
  readonly dependency: Dependency
  readonly place: string
  readonly uses: readonly Use[]
  state: 'new' | 'starting' | 'ready'
  value: unknown
  generator: Generator | AsyncGenerator | undefined
}

/** Where a used value comes from: another node of the plan, the app, or the request itself. */
export type Use =
  | { readonly key: string; readonly from: 'slot'; readonly slot: number }
  | { readonly key: string; readonly from: 'app'; readonly node: AppNode }
  | { readonly key: string; readonly from: 'builtin'; readonly name: BuiltinName }

export interface PlanNode {
  readonly dependency: Dependency
  /** What traces call it: its own name, or that by which it is used first. */
  readonly name: string
  /** The way to it from the operation, for messages. */
  readonly place: string
  readonly uses: readonly Use[]
  /** Its index among the plan's holders, or -1 where it reads nothing from the request. */
  readonly holder: number
}

/** Something that reads from the request: an operation, a dependency or a rule. */
export interface Holder {
  readonly place: string
  readonly inputs: InputDeclarations
}

/** What must be resolved for one operation, in a fixed order. */
export interface Plan {
  readonly nodes: readonly PlanNode[]
  /** As many empty places as there are nodes: copied for each run, which is quicker than making them. */
  readonly blank: readonly undefined[]
  /** Nodes before this index are needed to decide access. */
  readonly accessEnd: number
  readonly holders: readonly Holder[]
  /** Holders before this index belong to the access stage. */
  readonly accessHolders: number
  /** The uses of each root, in the order they were given. */
  readonly roots: readonly (readonly Use[])[]
  /** Rules that dependencies demand of the caller. */
  readonly access: readonly AccessRule[]
  readonly errors: readonly ErrorClass[]
  /** When the operation is run again, where one of its dependencies asks for that. */
  readonly rerun: RerunPolicy | undefined
}

export interface PlanRequest {
  /** For messages: the operation's name, or what else uses these. */
  readonly place: string
  /** Needed to decide access, before the body is read. */
  readonly accessRoots: readonly Uses[]
  readonly accessInputs: readonly Holder[]
  readonly roots: readonly Uses[]
  readonly inputs: readonly Holder[]
  /** `false` outside a request: nothing may read from one. */
  readonly request: boolean
}
