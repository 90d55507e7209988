import type { AccessRule } from './access/rule.ts'
import type { ResponseDeclaration } from './content.ts'
import type { Uses } from './dependency.ts'
import type { ErrorClass } from './errors/index.ts'
import type { MaybePromise } from './maybe-promise.ts'
import type { Middleware } from './middleware.ts'
import type { Context, Documentation, FreeNames, Operation, Result } from './operation.ts'
import type { PathNames } from './path.ts'
import type { OneOrMore, OperationPolicy } from './policy/policy.ts'
import type { OutputOf, Schema } from './schema.ts'

export type NoUses = {}

/** Says in a sentence that a params schema lacks what its path has. What it has more must stand in a router's prefix: checked at start. */
type ParamsMatch<Path extends string, P> = P extends Schema
  ? [PathNames<Path>] extends [keyof OutputOf<P>]
    ? unknown
    : {
        readonly params: `The params schema lacks "${Exclude<PathNames<Path>, keyof OutputOf<P>>}" of the path ${Path}.`
      }
  : unknown

/** How an operation may be called, besides who may. */
export interface Conduct {
  /** How often it may be called, on top of the limits of the routers above and of the app: `rateLimit({ ... })` of `ashlar/limits`. */
  readonly limit?: OneOrMore<OperationPolicy<'limit'>>
  /**
   * `true`: a request with an `Idempotency-Key` that is repeated has the effect of one, and the same answer. `'required'`: one without a key is refused.
   * Needs `createApp({ database })`, and `idempotencyKeys` of `ashlar/data` in its schema; what is written must be in `database.transaction`. Not for GET, HEAD
   * and OPTIONS, which are safe to repeat anyway.
   */
  readonly idempotent?: boolean | 'required'
  /** In place of the app's `limits.handlerTimeoutMs`: then 503 `handler_timeout`, and `signal` is aborted. */
  readonly timeoutMs?: number
}

export interface Shared<U extends Uses, E extends ErrorClass> extends Documentation, Conduct {
  /** Dependencies, by the name under which the handler receives them. */
  readonly uses?: U
  /** Errors it can give: they reach the documentation and the client's types. */
  readonly errors?: readonly E[]
  /** Wraps this operation; see {@link Middleware}. */
  readonly middleware?: readonly Middleware[]
  /** Keeps answers of a GET: `cache({ ... })` of `ashlar/cache`. */
  readonly cache?: OperationPolicy<'cache'>
}

interface Inputs<P, Q, H, C> {
  /** Path parameters. Strings where absent. */
  readonly params?: P
  readonly query?: Q
  readonly headers?: H
  readonly cookies?: C
}

export interface Answer<R> {
  /** What is sent: a schema for JSON, a content such as `html`, or one for each status. Nothing, with 204, where absent. */
  readonly response?: R
  /** The status of a plain value. Default 200, or 204 without a response. */
  readonly status?: number
}

type AccessOption<Preset, Rule> = [Preset] extends [never] ? { readonly access: Rule } : { readonly access?: Rule }

type Types<
  Path extends string,
  P,
  Q,
  H,
  C,
  B,
  F,
  U extends Uses,
  R extends ResponseDeclaration | undefined,
  E extends ErrorClass,
> = {
  readonly path: Path
  readonly inputs: DeclaredInputs<P, Q, H, C, B, F>
  readonly uses: U
  readonly response: R
  readonly errors: E
}

type DeclaredInputs<P, Q, H, C, B, F> = Declared<'params', P> &
  Declared<'query', Q> &
  Declared<'headers', H> &
  Declared<'cookies', C> &
  Declared<'body', B> &
  Declared<'form', F>
type Declared<Name extends string, S> = S extends Schema ? { readonly [K in Name]: S } : unknown

/**
 * `T` itself, but not a place to infer it from: an operation declared inside `router(...)` or `createApp(...)` would otherwise take what
 * it does not declare (no errors, no response) from the type expected there. The built-in `NoInfer` stays visible in the result.
 */
type Given<T> = [T][T extends unknown ? 0 : never]

type ObjectSchema = Schema<object>
type Maybe<S> = S | undefined

/** Declares an operation without a body. */
export interface BodylessRoute<
  PresetUses extends Uses,
  PresetRule extends AccessRule,
  PresetErrors extends ErrorClass,
> {
  <
    const Path extends string,
    Rule extends AccessRule = PresetRule,
    P extends Maybe<ObjectSchema> = undefined,
    Q extends Maybe<ObjectSchema> = undefined,
    H extends Maybe<ObjectSchema> = undefined,
    C extends Maybe<ObjectSchema> = undefined,
    const U extends Uses = NoUses,
    const R extends ResponseDeclaration | undefined = undefined,
    E extends ErrorClass = never,
  >(
    path: Path,
    options: Shared<U, E> &
      Inputs<P, Q, H, C> &
      Answer<R> &
      AccessOption<PresetRule, Rule> &
      ParamsMatch<Path, P> &
      FreeNames<U>,
    handler: (
      context: Context<Path, DeclaredInputs<P, Q, H, C, undefined, undefined>, PresetUses & U, Rule>,
    ) => MaybePromise<Result<R>>,
  ): Operation<Types<Path, P, Q, H, C, undefined, undefined, PresetUses & Given<U>, Given<R>, PresetErrors | Given<E>>>
}

/** Declares an operation that may have a body. */
export interface BodyRoute<PresetUses extends Uses, PresetRule extends AccessRule, PresetErrors extends ErrorClass> {
  <
    const Path extends string,
    Rule extends AccessRule = PresetRule,
    P extends Maybe<ObjectSchema> = undefined,
    Q extends Maybe<ObjectSchema> = undefined,
    H extends Maybe<ObjectSchema> = undefined,
    C extends Maybe<ObjectSchema> = undefined,
    B extends Maybe<Schema> = undefined,
    F extends Maybe<ObjectSchema> = undefined,
    const U extends Uses = NoUses,
    const R extends ResponseDeclaration | undefined = undefined,
    E extends ErrorClass = never,
  >(
    path: Path,
    options: Shared<U, E> &
      Inputs<P, Q, H, C> & {
        /** The JSON body. */
        readonly body?: B
        /** A form body: `application/x-www-form-urlencoded` or `multipart/form-data`. Not together with `body`. */
        readonly form?: F
      } & Answer<R> &
      AccessOption<PresetRule, Rule> &
      ParamsMatch<Path, P> &
      FreeNames<U>,
    handler: (
      context: Context<Path, DeclaredInputs<P, Q, H, C, B, F>, PresetUses & U, Rule>,
    ) => MaybePromise<Result<R>>,
  ): Operation<Types<Path, P, Q, H, C, B, F, PresetUses & Given<U>, Given<R>, PresetErrors | Given<E>>>
}

export interface Preset {
  readonly uses: Uses
  readonly access: AccessRule | undefined
  readonly errors: readonly ErrorClass[]
  readonly tags: readonly string[]
  readonly middleware: readonly Middleware[]
  readonly conduct: Conduct
}

export interface PresetConfig<U extends Uses, Rule extends AccessRule, E extends ErrorClass> extends Conduct {
  readonly uses?: U
  readonly access?: Rule
  readonly errors?: readonly E[]
  readonly tags?: readonly string[]
  readonly middleware?: readonly Middleware[]
}

/** Makes operations: one function for each method. */
export interface Route<
  PresetUses extends Uses = NoUses,
  PresetRule extends AccessRule = never,
  PresetErrors extends ErrorClass = never,
> {
  readonly get: BodylessRoute<PresetUses, PresetRule, PresetErrors>
  readonly head: BodylessRoute<PresetUses, PresetRule, PresetErrors>
  readonly options: BodylessRoute<PresetUses, PresetRule, PresetErrors>
  readonly trace: BodylessRoute<PresetUses, PresetRule, PresetErrors>
  readonly post: BodyRoute<PresetUses, PresetRule, PresetErrors>
  readonly put: BodyRoute<PresetUses, PresetRule, PresetErrors>
  readonly patch: BodyRoute<PresetUses, PresetRule, PresetErrors>
  readonly delete: BodyRoute<PresetUses, PresetRule, PresetErrors>
  /**
   * A preset for what many operations share. An operation adds to its `uses`, `errors`, `tags` and `middleware`; an `access` of its own
   * takes the preset's place.
   *
   * @example
   * const member = route.with({ access: authenticated, uses: { blog }, errors: [NotFound] })
   */
  with<const U extends Uses = NoUses, Rule extends AccessRule = PresetRule, E extends ErrorClass = never>(
    preset: PresetConfig<U, Rule, E>,
  ): Route<PresetUses & U, Rule, PresetErrors | E>
}
