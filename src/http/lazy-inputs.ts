import type { RawInputs } from './bind.ts'
import type { BodyInput } from './body-input.ts'
import type { Fields } from './edge/urlencoded.ts'
import type { Head } from './edge/head.ts'

/** The parts of one request, each parsed when it is first asked for. */
export class LazyInputs implements RawInputs {
  readonly params: Readonly<Record<string, string>>
  body: unknown
  form: unknown
  readonly #head: Head

  constructor(head: Head, params: Readonly<Record<string, string>>) {
    this.#head = head
    this.params = params
  }

  get query(): Fields {
    return this.#head.queryFields()
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
