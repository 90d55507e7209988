import type { InputOf, Schema } from '../schema.ts'

/** What an error can be given besides its message and data. */
export interface ErrorOptions {
  readonly cause?: unknown
  /** Response headers that belong to this error, such as `retry-after`. Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * An error that has an answer: what the client is told, with which status, under which stable code.
 * Anything else thrown is answered as `internal_error` and only logged.
 *
 * @example
 * const error: unknown = new NotFound('There is no post "42".')
 * error instanceof AshlarError ? error.code : undefined   // => 'not_found'
 */
export abstract class AshlarError<
  Code extends string = string,
  Status extends number = number,
  Data = unknown,
> extends Error {
  readonly code: Code
  readonly status: Status
  readonly title: string
  /** Typed facts for the client, in the body beside `code`. */
  readonly data: Data
  readonly headers: Readonly<Record<string, string>>

  protected constructor(
    definition: ErrorDefinition<Code, Status>,
    detail: string | undefined,
    data: Data,
    options: ErrorOptions,
  ) {
    super(detail ?? definition.title, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = definition.code
    this.code = definition.code
    this.status = definition.status
    this.title = definition.title
    this.data = data
    this.headers = options.headers ?? {}
  }
}

/** What makes a class of errors: its code, its status, and what they mean in words. */
export interface ErrorDefinition<Code extends string = string, Status extends number = number> {
  /** Stable and machine readable, `snake_case`. */
  readonly code: Code
  /** HTTP status, 400 to 599. */
  readonly status: Status
  /** The same for every error of this class. */
  readonly title: string
  /** What the caller can do about it; shown in the documentation. */
  readonly fix?: string
}

interface ErrorStatics<Code extends string, Status extends number> extends ErrorDefinition<Code, Status> {
  readonly dataSchema: Schema | undefined
}

/**
 * What a class of errors makes. Its own name, although it adds nothing: TypeScript does not tell instantiations of one generic class apart
 * after `instanceof`, and would leave `data` unknown.
 */
export interface ErrorInstance<Code extends string, Status extends number, Data> extends AshlarError<
  Code,
  Status,
  Data
> {}

/** A class made by {@link defineError}. */
export interface ErrorClass<
  Code extends string = string,
  Status extends number = number,
  Data = unknown,
> extends ErrorStatics<Code, Status> {
  new (...args: never[]): ErrorInstance<Code, Status, Data>
}

/** A class of errors without data. */
export interface PlainErrorClass<Code extends string, Status extends number> extends ErrorStatics<Code, Status> {
  new (detail?: string, options?: ErrorOptions): ErrorInstance<Code, Status, undefined>
}

/** A class of errors that carry data, which reaches the caller and the types of the client. */
export interface DataErrorClass<Code extends string, Status extends number, Data> extends ErrorStatics<Code, Status> {
  new (detail: string, options: ErrorOptions & { readonly data: Data }): ErrorInstance<Code, Status, Data>
}

/**
 * Defines a class of errors: one code, one status, one title, and typed data where a schema is given.
 *
 * @example
 * const data = z.object({ left: z.int() })
 * const OutOfStock = defineError({ code: 'out_of_stock', status: 409, title: 'Out of stock', data })
 * const error = new OutOfStock('Only 2 left of "mug".', { data: { left: 2 } })
 * error.data.left   // => 2
 * @throws TypeError where the code is not `snake_case`, or the status is not from 400 to 599.
 */
export function defineError<const Code extends string, const Status extends number, S extends Schema>(
  definition: ErrorDefinition<Code, Status> & { readonly data: S },
): DataErrorClass<Code, Status, InputOf<S>>
export function defineError<const Code extends string, const Status extends number>(
  definition: ErrorDefinition<Code, Status>,
): PlainErrorClass<Code, Status>
export function defineError(definition: ErrorDefinition & { readonly data?: Schema }): ErrorClass {
  checkDefinition(definition)
  return class extends AshlarError {
    static readonly code = definition.code
    static readonly status = definition.status
    static readonly title = definition.title
    static readonly fix = definition.fix ?? ''
    static readonly dataSchema = definition.data

    constructor(detail?: string, options: ErrorOptions & { readonly data?: unknown } = {}) {
      super(definition, detail, options.data, options)
    }
  }
}

function checkDefinition({ code, status }: ErrorDefinition): void {
  if (!/^[a-z][a-z0-9_]*$/.test(code))
    throw new TypeError(`An error code is snake_case, such as "out_of_stock"; got ${JSON.stringify(code)}.`)
  if (!Number.isInteger(status) || status < 400 || status > 599) {
    throw new TypeError(`The error "${code}" needs an HTTP status from 400 to 599; got ${String(status)}.`)
  }
}
