import type { AccessRule, UserOf } from './access/rule.ts'
import type { ErrorClass } from './errors/index.ts'
import { inputsOf, type InputDeclarations, type InputValues } from './inputs.ts'
import type { FreeNames } from './operation.ts'
import type { Logger } from './request.ts'

/**
 * How long a dependency lives: as long as the app, until the response is sent (background tasks included), or until the handler has
 * finished and before the response is sent, which is the default.
 */
export type Lifetime = 'app' | 'sent' | 'handled'

export interface DependencyTypes {
  /** The configuration it was declared with, schemas included. */
  readonly inputs: unknown
  readonly uses: Uses
  readonly errors: ErrorClass
  readonly life: Lifetime
  /** Whether it, or anything it uses, needs a request to be there. */
  readonly request: boolean
}

/** Something an operation needs: a value, how to get it, and what that takes. */
export interface Dependency<out Value = unknown, out Types extends DependencyTypes = DependencyTypes> {
  readonly kind: 'dependency'
  readonly name: string
  readonly inputs: InputDeclarations
  readonly uses: Uses
  readonly access: AccessRule | undefined
  readonly errors: readonly ErrorClass[]
  readonly scope: 'app' | 'request'
  readonly until: 'handled' | 'sent'
  /** How its value ends: nothing to do, or the rest of a generator. */
  readonly cleanup: 'none' | 'sync' | 'async'
  readonly resolve: (context: never) => unknown
  /** Where this stands for another dependency that is to be resolved anew: that one. */
  readonly freshOf: Dependency | undefined
  /** A slot has no way to resolve: the app must provide one. */
  readonly slot: boolean
  /** Where it must have a request: what for. Built-in dependencies only. */
  readonly builtin: BuiltinName | undefined
  /** Of a built-in dependency: `true` where it is `undefined` without a request, in the place of being refused there. */
  readonly optional?: true
  /** What an operation may have only one of, such as the transaction of a database. Set by parts. */
  readonly sole?: Sole
  /** When an operation that uses this is run again. Set by parts. */
  readonly rerun?: RerunPolicy
  readonly '~types'?: Types & { readonly value: Value }
}

/** Of the dependencies that stand for the same thing, an operation may use one. */
export interface Sole {
  readonly of: object
  /** For messages: `transaction of the database "main"`. */
  readonly called: string
}

/** Which failures of an operation pass, so that it is run again from its start. */
export interface RerunPolicy {
  /** At most so often. */
  readonly times: number
  readonly when: (error: unknown) => boolean
  /** How long before the given attempt's successor; the first attempt is 1. */
  readonly delayMs: (attempt: number) => number
}

export type BuiltinName = 'request' | 'response' | 'after' | 'caller'

/** The dependencies of an operation or of another dependency, by the names under which it receives their values. */
export type Uses = { readonly [name: string]: Dependency }

/** The type of the value of a dependency: `ValueOf<typeof blog>`. */
export type ValueOf<D> = D extends Dependency<infer Value> ? Value : never
export type TypesOf<D> = D extends Dependency<unknown, infer Types> ? Types : never
export type UsedValues<U> = { readonly [K in keyof U]: ValueOf<U[K]> }

/** What every dependency and handler can reach, in a request or outside one. */
export interface BaseContext {
  /** Aborted when the client has gone, the operation has run out of time, or the run was cancelled; with `scope: 'app'`, when the app stops. */
  readonly signal: AbortSignal
  /** A logger that carries the request's id. */
  readonly log: Logger
}

export interface DependencyConfig<U extends Uses, Rule extends AccessRule, E extends ErrorClass> {
  /** For messages; the function's name where absent. */
  readonly name?: string
  readonly uses?: U
  /** Required of the caller of every operation that uses this dependency. */
  readonly access?: Rule
  /** Errors it can give; they reach the documentation of every operation that uses it. */
  readonly errors?: readonly E[]
  /** `app`: resolved once at start, cleaned up at stop. Default `request`. */
  readonly scope?: 'app' | 'request'
  /** When a generator's cleanup runs: before the response is sent (`handled`, the default), or after it (`sent`). */
  readonly until?: 'handled' | 'sent'
}

type DependencyContext<I, U, Rule> = BaseContext &
  InputValues<I> &
  UsedValues<U> &
  (AccessRule extends Rule ? unknown : { readonly user: UserOf<Rule> })

type Resolved<R> =
  R extends AsyncGenerator<infer Y, unknown, unknown>
    ? Y
    : R extends Generator<infer Y, unknown, unknown>
      ? Y
      : Awaited<R>

type LifeOf<C, U extends Uses, R> = C extends { scope: 'app' }
  ? 'app'
  : C extends { until: infer L extends Lifetime }
    ? L
    : R extends Generator | AsyncGenerator
      ? 'handled'
      : [TypesOf<U[keyof U]>['life']] extends ['app' | 'sent']
        ? 'sent'
        : 'handled'

type NeedsRequest<C, U extends Uses> = [keyof C & (keyof InputDeclarations | 'access')] extends [never]
  ? true extends TypesOf<U[keyof U]>['request']
    ? true
    : false
  : true

/** A sentence for each dependency that lives shorter than the one that uses it. */
type LivesLongEnough<C, U extends Uses> = C extends { scope: 'app' }
  ? {
      readonly [K in keyof U]: TypesOf<U[K]>['life'] extends 'app'
        ? U[K]
        : 'A dependency with scope "app" can only use others with scope "app".'
    }
  : C extends { until: 'sent' }
    ? {
        readonly [K in keyof U]: TypesOf<U[K]>['life'] extends 'app' | 'sent'
          ? U[K]
          : 'A dependency that lives until the response is sent cannot use one that ends before: give that one until: "sent" too.'
      }
    : unknown

/** A sentence for each thing of a request that a dependency of the app asks for. */
type NeedsNoRequest<C> = C extends { scope: 'app' }
  ? {
      readonly [
        K in keyof C & (keyof InputDeclarations | 'access')
      ]: `A dependency with scope "app" lives without a request and cannot have ${K}.`
    }
  : unknown

type ErrorsIn<C> = C extends { errors: readonly (infer E extends ErrorClass)[] } ? E : never

/**
 * Declares a dependency: what it reads from the request, which others it uses, and how to get its value. It is resolved at most once
 * per request. A generator yields the value and goes on after the handler: on success where it stopped, on failure with the error thrown in.
 *
 * @example
 * const page = dependency({ query: z.object({ limit: z.int().max(100).default(20) }) }, ({ query }) => query)
 * @throws TypeError where there is a configuration, but no function.
 */
export function dependency<R>(
  resolve: (context: BaseContext) => R,
): Dependency<Resolved<R>, { inputs: {}; uses: {}; errors: never; life: LifeOf<{}, {}, R>; request: false }>
export function dependency<
  const C extends DependencyConfig<U, Rule, E> & InputDeclarations,
  R,
  const U extends Uses = {},
  Rule extends AccessRule = AccessRule,
  E extends ErrorClass = never,
>(
  config: C &
    InputDeclarations & {
      readonly uses?: U & LivesLongEnough<C, U>
      readonly access?: Rule
      readonly errors?: readonly E[]
    } & NeedsNoRequest<C> &
    FreeNames<U>,
  resolve: (context: DependencyContext<C, U, Rule>) => R,
): Dependency<
  Resolved<R>,
  { inputs: C; uses: U; errors: ErrorsIn<C>; life: LifeOf<C, U, R>; request: NeedsRequest<C, U> }
>
export function dependency(
  configOrResolve: (DependencyConfig<Uses, AccessRule, ErrorClass> & InputDeclarations) | Resolver,
  maybeResolve?: Resolver,
): Dependency {
  if (typeof configOrResolve === 'function') return build({}, configOrResolve)
  if (maybeResolve === undefined)
    throw new TypeError('dependency(config, resolve): the function that gives the value is missing.')
  return build(configOrResolve, maybeResolve)
}

type Resolver = (context: never) => unknown

function build(
  config: DependencyConfig<Uses, AccessRule, ErrorClass> & InputDeclarations,
  resolve: Resolver,
): Dependency {
  return {
    kind: 'dependency',
    name: config.name ?? resolve.name,
    inputs: inputsOf(config),
    uses: config.uses ?? {},
    access: config.access,
    errors: config.errors ?? [],
    scope: config.scope ?? 'request',
    until: config.until ?? 'handled',
    cleanup: cleanupOf(resolve),
    resolve,
    freshOf: undefined,
    slot: false,
    builtin: undefined,
  }
}

function cleanupOf(resolve: Resolver): Dependency['cleanup'] {
  const kind = Object.prototype.toString.call(resolve)
  if (kind === '[object AsyncGeneratorFunction]') return 'async'
  return kind === '[object GeneratorFunction]' ? 'sync' : 'none'
}
