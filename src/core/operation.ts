import type { AccessRule, UserOf } from './access/rule.ts'
import type { BodyValue, ResponseDeclaration } from './content.ts'
import type { BaseContext, UsedValues, Uses } from './dependency.ts'
import type { AshlarError, ErrorClass, Issue } from './errors/index.ts'
import type { InputDeclarations, InputValues } from './inputs.ts'
import type { MaybePromise } from './maybe-promise.ts'
import type { Middleware } from './middleware.ts'
import type { PathNames } from './path.ts'
import type { OperationPolicy } from './policy/policy.ts'
import type { Reply } from './reply.ts'
import type { RequestHead, ResponseHead } from './request.ts'
import type { Schema } from './schema.ts'

/** The methods an operation can answer. HEAD and OPTIONS come by themselves where they are not declared. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS' | 'TRACE'

/** The types an operation was declared with, kept as they are: the client takes from them only what it is asked for. */
export interface OperationTypes {
  readonly path: string
  /** The declared schemas by input name; loosely bounded, since it is computed from optional parts. */
  readonly inputs: unknown
  readonly uses: Uses
  readonly response: ResponseDeclaration | undefined
  readonly errors: ErrorClass
}

/** What can be said about an operation besides what it needs and gives. */
export interface Documentation {
  /** One line; made from the operation's name where absent. */
  readonly summary?: string
  /** Markdown. */
  readonly description?: string
  readonly tags?: readonly string[]
  /** `true` in the document; since when and until when also as the Deprecation and Sunset headers (RFC 9745, RFC 8594). */
  readonly deprecated?: boolean | { readonly since: Date; readonly sunset?: Date }
  /** Named examples of the JSON body. */
  readonly examples?: Readonly<Record<string, { readonly summary?: string; readonly value: unknown }>>
  /** Describes the success response. */
  readonly responseDescription?: string
  /** In place of the name in the tree. */
  readonly operationId?: string
  /** `true` keeps it out of the document. */
  readonly hidden?: boolean
  /** Merged deeply into the operation object: the escape hatch. */
  readonly openapi?: Readonly<Record<string, unknown>>
}

/** One operation of an API: one value that says what it needs and what it gives. */
export interface Operation<out Types extends OperationTypes = OperationTypes> {
  readonly kind: 'operation'
  readonly method: Method
  readonly path: string
  readonly access: AccessRule
  readonly inputs: InputDeclarations
  readonly uses: Uses
  readonly response: ResponseDeclaration | undefined
  readonly status: number
  readonly errors: readonly ErrorClass[]
  readonly middleware: readonly Middleware[]
  readonly documentation: Documentation
  /** How often it may be called, on top of the limits of the app and of the routers above. */
  readonly limit?: readonly OperationPolicy<'limit'>[]
  /** Keeps its answers. */
  readonly cache?: OperationPolicy<'cache'>
  /** Whether a repeated request with the same `Idempotency-Key` has the effect of one. */
  readonly idempotent?: boolean | 'required'
  /** In place of the app's limit on a handler's time. */
  readonly timeoutMs?: number
  readonly handler: (context: never) => unknown
  /**
   * Whether it makes conditions of its rules about rows: anywhere else they would be lost, and are an error at start.
   *
   * @internal
   */
  readonly rowScoped?: boolean
  /**
   * The same in a transaction, where it has none by itself: what makes it safe to repeat is saved together with it.
   *
   * @internal
   */
  readonly inTransaction?: () => Operation
  /**
   * Tags of the data that its answers are made of, for who keeps them.
   *
   * @internal
   */
  readonly readTags?: () => readonly string[]
  /**
   * Gives input that is not valid another answer than 422.
   *
   * @internal
   */
  readonly onInvalid?: (issues: readonly Issue[]) => AshlarError | undefined
  /**
   * Where it gives the tokens of a security scheme: the flows that end here, for the document.
   *
   * @internal
   */
  readonly gives?: TokenFlows
  readonly '~types'?: Types
}

/**
 * The flows of OAuth 2, as OpenAPI names them, by which a client gets the tokens of the scheme of this name. One without a `tokenUrl` has the place of the
 * operation itself, wherever that is.
 */
export interface TokenFlows {
  readonly scheme: string
  readonly flows: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** What every handler can reach besides what its operation declares. */
export interface HandlerContext extends BaseContext {
  readonly request: RequestHead
  readonly response: ResponseHead
  /** Runs work after the response is sent. In process and not retried: what must not be lost is a job. */
  readonly after: (work: () => MaybePromise<void>) => void
}

/** Names a dependency cannot take in `uses`, since the context has them already. */
export type ReservedName =
  | 'params'
  | 'query'
  | 'headers'
  | 'cookies'
  | 'body'
  | 'form'
  | 'user'
  | 'request'
  | 'response'
  | 'signal'
  | 'log'
  | 'after'

/** A sentence where `uses` takes a reserved name. */
export type FreeNames<U> = string extends keyof U
  ? unknown
  : [keyof U & ReservedName] extends [never]
    ? unknown
    : { readonly uses: `The name "${keyof U & ReservedName}" in uses is taken by the context: choose another.` }

export const RESERVED_NAMES: readonly ReservedName[] = [
  'params',
  'query',
  'headers',
  'cookies',
  'body',
  'form',
  'user',
  'request',
  'response',
  'signal',
  'log',
  'after',
]

type PathValues<Path extends string, I> = I extends { params: Schema }
  ? unknown
  : [PathNames<Path>] extends [never]
    ? unknown
    : { readonly params: { readonly [K in PathNames<Path>]: string } }

export type Context<Path extends string, I, U, Rule> = HandlerContext &
  InputValues<I> &
  PathValues<Path, I> &
  UsedValues<U> & { readonly user: UserOf<Rule> }

/** A value that may be readonly at any depth: it is only read, to be serialised. */
type Returned<T> = T extends Date | Uint8Array
  ? T
  : T extends readonly (infer Item)[]
    ? T | readonly Returned<Item>[]
    : T extends object
      ? { readonly [K in keyof T]: Returned<T[K]> }
      : T

type ReturnedBody<B> = B extends Schema ? Returned<BodyValue<B>> : BodyValue<B>

type ReplyOf<R> = { [S in keyof R & number]: Reply<S, ReturnedBody<R[S]>> }[keyof R & number]

/** Stands in the error where a value is returned that nobody declared: nothing else has this type. */
type NothingDeclared = 'To send a value, declare what is sent: response: z.object({ ... })'

/** What a handler may return for a declared response. */
export type Result<R> = R extends Schema | { readonly kind: 'content' }
  ? ReturnedBody<R> | Reply<number, ReturnedBody<R>>
  : R extends { readonly [status: number]: unknown }
    ? ReplyOf<R>
    : void | undefined | Reply<number, undefined> | NothingDeclared
