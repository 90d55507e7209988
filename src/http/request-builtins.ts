import type { CallerScope } from '../core/builtin.ts'
import type { BuiltinName } from '../core/dependency.ts'
import type { RequestHead, ResponseHead } from '../core/request.ts'

/** A request as its built-in dependencies see it. */
export interface RequestSource extends CallerScope {
  readonly head: RequestHead
  readonly response: ResponseHead
  readonly after: unknown
}

/** Made anew for each use that asks for one, and each value only when it is read. */
export class RequestBuiltins implements Readonly<Record<BuiltinName, unknown>> {
  readonly #source: RequestSource

  constructor(source: RequestSource) {
    this.#source = source
  }

  get request(): unknown {
    return this.#source.head
  }

  get response(): unknown {
    return this.#source.response
  }

  get after(): unknown {
    return this.#source.after
  }

  get caller(): CallerScope {
    return this.#source
  }
}
