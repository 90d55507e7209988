import type { CallInput } from './input-types.ts'
import type { ResultOf, SafeResult } from './result-types.ts'

/**
 * The calls of an API, by the names of its tree. An operation's types are worked out when it is called, so that a large API costs no more
 * than what is used of it.
 *
 * @example
 * type Api = typeof app.api
 * const api: Client<Api> = client<Api>('https://api.example.com')
 */
export type Client<Api> = Api extends { readonly children: infer Children }
  ? { readonly [Name in keyof Children]: ClientNode<Children[Name]> }
  : never

type ClientNode<Node> = Node extends { readonly kind: 'operation'; readonly '~types'?: infer T }
  ? OperationCall<NonNullable<T>>
  : Client<Node>

/** One operation, to call. */
export interface OperationCall<T> {
  /**
   * Calls the operation and gives the body of its answer.
   *
   * @throws ApiError for every other answer, and where there is none.
   */
  (...args: CallArguments<T>): Promise<ResultOf<T>>
  /** Calls the operation and gives its answer, or the error as a value typed by what is declared. Throws only where the call was aborted. */
  safe(...args: CallArguments<T>): Promise<SafeResult<T>>
  /**
   * Its path, filled and with the query: `/api/posts/42?draft=true`. Needs the operations, from an app or in the options.
   *
   * @throws TypeError where a parameter is missing.
   */
  path(...args: CallArguments<T>): string
}

type CallArguments<T> = [keyof CallInput<T>] extends [never]
  ? [input?: NoInput, options?: CallOptions]
  : {} extends CallInput<T>
    ? [input?: CallInput<T>, options?: CallOptions]
    : [input: CallInput<T>, options?: CallOptions]

interface NoInput {
  readonly [name: string]: never
}

/** What one call can be told besides its input. */
export interface CallOptions {
  readonly signal?: AbortSignal
  /** In place of the client's. */
  readonly retries?: number
  /**
   * Sent as `Idempotency-Key`. Operations with `idempotent` get one by themselves, for the attempts of one call; one of your own holds for calls as well, such
   * as that of a form which somebody sends twice.
   */
  readonly idempotencyKey?: string
  /** Added to the client's headers, in place of those of the same name. */
  readonly headers?: Readonly<Record<string, string>>
}
