import type { OutputOf, Schema } from '../core/schema.ts'
import type { Wire, WireNames } from '../schema/wire.ts'
import type { ApiError } from './api-error.ts'
import type { GeneralCode } from './codes.ts'

/** What a call that succeeds gives: the declared response, as it is on the wire. */
export type ResultOf<T> = Success<ResponseOf<T>>['data']

/** What `safe` gives: the result with its status, or the error. */
export type SafeResult<T> = Success<ResponseOf<T>> | Failure<ErrorOf<T>>

/** A call that did not succeed, as `safe` gives it. */
export interface Failure<E> {
  readonly ok: false
  readonly error: E
}

/** A call that succeeded, as `safe` gives it. */
export interface Answer<Status, Data> {
  readonly ok: true
  readonly status: Status
  readonly data: Data
  /** Its body has been read, unless the operation answers a `raw` response. */
  readonly response: Response
}

type ResponseOf<T> = T extends { readonly response: infer R } ? R : never

type Success<R> = R extends Schema | { readonly kind: 'content' } | undefined
  ? Answer<number, BodyData<R>>
  : {
      [S in keyof R & number]: `${S}` extends `2${string}` | `3${string}` ? Answer<S, BodyData<R[S]>> : never
    }[keyof R & number]

type BodyData<B> = B extends { readonly kind: 'content'; readonly '~value'?: infer Value }
  ? ContentData<Value>
  : B extends Schema
    ? Wire<WireNames<B, OutputOf<B>>>
    : undefined

// `empty` is declared as `undefined | void`, for handlers that return nothing.
type ContentData<Value> = [Value] extends [string | Uint8Array | Response] ? Value : undefined

/** The errors of a call, told apart by `code`: those declared by the operation and its dependencies, and those any call can meet. */
export type ErrorOf<T> =
  | Declared<ErrorClassesOf<T>>
  | Undeclared<'validation_failed', 422, CodeOf<ErrorClassesOf<T>>>
  | Undeclared<'unauthenticated', 401, CodeOf<ErrorClassesOf<T>>>
  | Undeclared<'forbidden', 403, CodeOf<ErrorClassesOf<T>>>
  | ApiError<Exclude<GeneralCode, CodeOf<ErrorClassesOf<T>>>>

type ErrorClassesOf<T> = T extends { readonly errors: infer E; readonly uses: infer U } ? E | UsesErrors<U> : never
type CodeOf<E> = E extends { readonly code: infer Code } ? Code : never

type Declared<E> = E extends {
  readonly code: infer Code extends string
  readonly status: infer Status extends number
  new (...args: never[]): { readonly data: infer Data }
}
  ? ApiError<Code, Status, Wire<Data>>
  : never

type Undeclared<Code extends string, Status extends number, Declared> = Code extends Declared
  ? never
  : ApiError<Code, Status, undefined>

type UsesErrors<Uses> = string extends keyof Uses ? never : DependencyErrors<Uses[keyof Uses]>

type DependencyErrors<D> = D extends { readonly '~types'?: infer T }
  ? NonNullable<T> extends { readonly errors: infer E; readonly uses: infer U }
    ? E | UsesErrors<U>
    : never
  : never
