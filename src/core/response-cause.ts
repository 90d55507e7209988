/** Where a response in process keeps the error that was answered with it. It is a property of the object, and never sent. */
const CAUSE = Symbol('ashlar.cause')

type WithCause = Response & { [CAUSE]?: unknown }

/** Keeps the error for a client in the same process. */
export function keepCause(response: Response, error: unknown): Response {
  ;(response as WithCause)[CAUSE] = error
  return response
}

/** The error kept with a response; `undefined` for one that came over the network. */
export function causeOf(response: Response): unknown {
  return (response as WithCause)[CAUSE]
}
