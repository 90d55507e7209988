import type { Router } from '../core/router.ts'
import { ApiError } from './api-error.ts'
import { callOperation, pathOf, type ClientOptions, type Connection, type Target } from './connection.ts'
import type { RawInput } from './input.ts'
import { RETRIES, retriesOf } from './retry.ts'
import { operationMapOf, type DocumentLike, type OperationMap } from './operations.ts'
import type { CallOptions, Client } from './types.ts'

/** Anything that answers requests in process and shows its tree: an app. */
export interface AppLike<Api extends Router = Router> {
  readonly api: Api
  fetch(request: Request): Promise<Response>
}

/** Where requests in process say they go: a host every app answers for in development. */
const IN_PROCESS_URL = 'http://localhost'

/**
 * A typed client of an API: over the network by URL, or in process by app. A call that does not succeed throws {@link ApiError}; its `safe` gives
 * the error as a value. A call waits as long as it takes: pass a `signal`, such as `AbortSignal.timeout(5_000)`. What is safe to repeat is sent again after
 * failures that pass ({@link ClientOptions.retries}); operations with `idempotent` are, by a key that each call is given.
 *
 * @example
 * const api = client<typeof app.api>('https://api.example.com', { token: () => session.token })
 * const post = await api.posts.create({ body: { title: 'Hello' } })
 * const result = await api.posts.publish.safe({ params: { id: post.id } })
 * if (!result.ok && result.error.code === 'not_found') console.error(result.error.message)
 * @throws TypeError where the URL is none. RangeError for `retries` that are none.
 */
export function client<Api extends Router>(url: string, options?: ClientOptions): Client<Api>
export function client<Api extends Router>(app: AppLike<Api>, options?: ClientOptions): Client<Api>
export function client(target: string | AppLike, options: ClientOptions = {}): unknown {
  const remote = typeof target === 'string'
  const connection: Connection = {
    url: remote ? checkedUrl(target) : IN_PROCESS_URL,
    // In process nothing gets lost on the way, and who tests an error wants to see it.
    retries: retriesOf(options.retries ?? (remote ? RETRIES : 0)),
    options,
    send:
      options.fetch ??
      (remote ? (request) => fetch(request) : (request) => untilAborted(request, target.fetch(request))),
  }
  const known = options.operations ?? (remote ? undefined : operationMapOf(target.api))
  return callTree([], new Operations(connection, known))
}

/** A path alone is one of the page's own server, in a browser. */
function checkedUrl(url: string): string {
  if (url !== '' && !/^(?:https?:)?\//.test(url))
    throw new TypeError(`client() takes a URL such as https://api.example.com, or an app; got ${JSON.stringify(url)}.`)
  return url.replace(/\/+$/, '')
}

/** What the platform's `fetch` does: an aborted call ends at once, whatever the handler goes on to do. */
function untilAborted(request: Request, response: Promise<Response>): Promise<Response> {
  const { signal } = request
  const aborted = new Promise<never>((_, reject) => {
    const stop = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
  return Promise.race([response, aborted])
}

/** The operations, given or fetched with the first call; a failure is not remembered. */
class Operations {
  readonly connection: Connection
  #known: OperationMap | undefined
  #pending: Promise<OperationMap> | undefined

  constructor(connection: Connection, known: OperationMap | undefined) {
    this.connection = connection
    this.#known = known
  }

  now(): OperationMap {
    if (this.#known !== undefined) return this.#known
    throw new Error(
      'The paths are not known before the first call: pass client(url, { operations: operationMapOf(document) }).',
    )
  }

  load(): OperationMap | Promise<OperationMap> {
    if (this.#known !== undefined) return this.#known
    this.#pending ??= fetchOperations(this.connection).finally(() => (this.#pending = undefined))
    return this.#pending.then((map) => (this.#known = map))
  }
}

async function fetchOperations(connection: Connection): Promise<OperationMap> {
  const path = connection.options.documentPath ?? '/openapi.json'
  const target: Target = { name: 'openapi', entry: { method: 'GET', path } }
  try {
    const { data } = await callOperation(connection, target)
    return operationMapOf(data as DocumentLike)
  } catch (error) {
    if (error instanceof ApiError && error.code === 'network_error') throw error
    throw new Error(
      `The operations could not be read from ${connection.url}${path}. Where the document is off or guarded, pass them: client(url, { operations: operationMapOf(document) }).`,
      { cause: error },
    )
  }
}

type Verb = 'call' | 'safe' | 'path'

/** A function for each name asked for. Which names are operations is known only when one is called. */
function callTree(names: readonly string[], operations: Operations): unknown {
  const children = new Map<string, unknown>()
  return new Proxy(() => undefined, {
    get: (_, name) => {
      // Awaiting or inspecting a client is not a call.
      if (typeof name === 'symbol' || name === 'then') return undefined
      const child = children.get(name) ?? callTree([...names, name], operations)
      children.set(name, child)
      return child
    },
    apply: (_, __, [input, options]: [RawInput?, CallOptions?]) => {
      if (names.at(-1) !== 'path') return run(names, operations, input, options)
      const { target, verb } = resolve(operations.now(), names)
      return verb === 'path'
        ? pathOf(operations.connection, target.entry, input)
        : run(names, operations, input, options)
    },
  })
}

async function run(
  names: readonly string[],
  operations: Operations,
  input: RawInput | undefined,
  options: CallOptions | undefined,
): Promise<unknown> {
  const { target, verb } = resolve(await operations.load(), names)
  const answer = callOperation(operations.connection, target, input, options)
  if (verb !== 'safe') return (await answer).data
  return answer.then(
    (answered) => ({ ok: true, ...answered }),
    (error: unknown) => {
      if (error instanceof ApiError) return { ok: false, error }
      throw error
    },
  )
}

/** `posts.publish` is an operation; `posts.publish.safe` is one of its functions, unless the tree has an operation of that name. */
function resolve(map: OperationMap, names: readonly string[]): { readonly target: Target; readonly verb: Verb } {
  const name = names.join('.')
  if (Object.hasOwn(map, name)) return { target: { name, entry: map[name]! }, verb: 'call' }
  const verb = names.at(-1)
  const above = names.slice(0, -1).join('.')
  if ((verb === 'safe' || verb === 'path') && Object.hasOwn(map, above))
    return { target: { name: above, entry: map[above]! }, verb }
  throw new TypeError(
    `The API has no operation "${verb === 'safe' || verb === 'path' ? above : name}". A document does not list hidden operations, and lists one with an operationId of its own under that: pass operations: operationMapOf(api) from the server's tree.`,
  )
}
