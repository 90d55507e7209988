import type { OutputOf, Schema } from './schema.ts'

/** What an operation, a dependency or a rule reads from the request: a schema each. */
export interface InputDeclarations {
  readonly params?: Schema<object>
  readonly query?: Schema<object>
  /** Header names in lower case. */
  readonly headers?: Schema<object>
  readonly cookies?: Schema<object>
  /** A JSON body. */
  readonly body?: Schema
  /** An `application/x-www-form-urlencoded` or `multipart/form-data` body. */
  readonly form?: Schema<object>
}

export const INPUT_NAMES = ['params', 'query', 'headers', 'cookies', 'body', 'form'] as const
export type InputName = (typeof INPUT_NAMES)[number]

/** The values of the declared inputs, as the handler receives them. */
export type InputValues<I> = { readonly [K in keyof I & InputName as I[K] extends Schema ? K : never]: OutputOf<I[K]> }

/** The parts of `config` that declare inputs, and only those that are there. */
export function inputsOf(config: InputDeclarations): InputDeclarations {
  const inputs: Partial<Record<InputName, Schema>> = {}
  for (const name of INPUT_NAMES) {
    const schema = config[name]
    if (schema !== undefined) inputs[name] = schema
  }
  return inputs as InputDeclarations
}
