import type { RawInputs } from './bind.ts'
import type { BodyInput } from './body-input.ts'
import type { Limits } from './edge/limits.ts'
import { parseQuery } from './edge/query.ts'
import type { Fields } from './edge/urlencoded.ts'
import type { Head } from './edge/head.ts'

/** The parts of one request, each parsed when it is first asked for. */
export class LazyInputs implements RawInputs {
  readonly params: Readonly<Record<string, string>>
  body: unknown
  form: unknown
  readonly #head: Head
  readonly #limits: Limits
  #query: Fields | undefined

  constructor(head: Head, params: Readonly<Record<string, string>>, limits: Limits) {
    this.#head = head
    this.params = params
    this.#limits = limits
  }

  get query(): Fields {
    this.#query ??= parseQuery(this.#head.search, this.#limits.queryFields)
    return this.#query
  }

  get headers(): Fields {
    return this.#head.headerFields()
  }

  get cookies(): Fields {
    return this.#head.cookies()
  }

  setBody({ body, form }: BodyInput): void {
    this.body = body
    this.form = form
  }
}
