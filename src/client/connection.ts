import { ApiError } from './api-error.ts'
import { readBody, readError } from './answer.ts'
import { isSafeMethod } from '../core/safe-method.ts'
import { bodyOf, setHeaders, targetOf, type RawInput } from './input.ts'
import { newKey } from './new-key.ts'
import type { OperationEntry, OperationMap } from './operations.ts'
import { repeated, retriesOf } from './retry.ts'
import type { CallOptions } from './types.ts'

type MaybePromise<T> = T | Promise<T>

/** How a client reaches its server, and as whom. */
export interface ClientOptions {
  /** Sent as `Authorization: Bearer <token>`. A function is asked before every call; `undefined` sends none. */
  readonly token?: string | (() => MaybePromise<string | undefined>)
  /** The word before the token. Default `Bearer`. */
  readonly scheme?: string
  /** Sent with every call. A function is asked before every call. */
  readonly headers?: Readonly<Record<string, string>> | (() => MaybePromise<Readonly<Record<string, string>>>)
  /** Path parameters for every call: those of router prefixes, such as `{ tenant: 'acme' }`. */
  readonly params?: Readonly<Record<string, string | number>>
  /** In place of the platform's. It must not follow redirects on its own. */
  readonly fetch?: (request: Request) => Promise<Response>
  /** The operations, from `operationMapOf`. Without them the first call fetches the OpenAPI document. */
  readonly operations?: OperationMap
  /** Where the document is. Default `/openapi.json`. */
  readonly documentPath?: string
  /**
   * How often a call is sent again after a failure that passes: no answer, 429, 502, 503, 504. Only what is safe to repeat: GET, HEAD and OPTIONS, and
   * operations with `idempotent`, whose attempts all carry the same key. Default 2 for a URL, 0 for an app; at most 10. The wait grows from 0.2 s, and is
   * at least what `Retry-After` asks for; above 10 s the error is given instead.
   */
  readonly retries?: number
  /** Where credentials come from in a browser. Default: the platform's, `same-origin`. */
  readonly credentials?: 'omit' | 'same-origin' | 'include'
}

/** A name in the tree, and how to call it. */
export interface Target {
  readonly name: string
  readonly entry: OperationEntry
}

export interface Answered {
  readonly status: number
  readonly data: unknown
  readonly response: Response
}

/** One way to one server. */
export interface Connection {
  readonly url: string
  /** How often a call is sent again, where nothing else is said. */
  readonly retries: number
  readonly options: ClientOptions
  readonly send: (request: Request) => Promise<Response>
}

/** The path of a call with its query, below the URL of the server. */
export function pathOf({ options }: Connection, entry: OperationEntry, input: RawInput = {}): string {
  return targetOf(entry.path, { ...options.params, ...input.params }, input.query)
}

/**
 * Sends a call and reads its answer. Redirects are not followed: a declared one is an answer.
 *
 * @throws ApiError for every other answer, and where there is none.
 */
export async function callOperation(
  connection: Connection,
  { name, entry }: Target,
  input: RawInput = {},
  call: CallOptions = {},
): Promise<Answered> {
  const key = call.idempotencyKey ?? (entry.idempotent === true ? newKey() : undefined)
  // A key of the caller's own is sent wherever it is wanted; that it is looked at, only the declaration says.
  const keyed = entry.idempotent === true
  const retries = keyed || isSafeMethod(entry.method) ? retriesOf(call.retries ?? connection.retries) : 0
  return repeated({ retries, signal: call.signal, keyed }, () =>
    send(connection, { name, entry }, input, { ...call, key }),
  )
}

/** What one attempt is told: all of them carry the same key. */
interface Keyed extends CallOptions {
  readonly key: string | undefined
}

async function send(connection: Connection, { name, entry }: Target, input: RawInput, call: Keyed): Promise<Answered> {
  const request = await requestOf(connection, entry, input, call)
  const { signal } = call
  const response = await attempt(name, signal, () => connection.send(request))
  if (response.type !== 'opaqueredirect' && (response.status < 200 || response.status >= 400))
    throw await attempt(name, signal, () => readError(name, response))
  const data = await attempt(name, signal, () => readBody(response, entry))
  return { status: response.status, data, response }
}

async function requestOf(
  connection: Connection,
  entry: OperationEntry,
  input: RawInput,
  { signal, key, headers: more = {} }: Keyed,
): Promise<Request> {
  const { options, url } = connection
  const target = url + pathOf(connection, entry, input)
  const headers = new Headers({ accept: 'application/json, */*;q=0.5' })
  const token = typeof options.token === 'function' ? await options.token() : options.token
  if (token !== undefined) headers.set('authorization', `${options.scheme ?? 'Bearer'} ${token}`)
  const own = typeof options.headers === 'function' ? await options.headers() : options.headers
  for (const [key, value] of Object.entries(own ?? {})) headers.set(key, value)
  setHeaders(headers, input)
  const body = bodyOf(input)
  if (body?.contentType !== undefined) headers.set('content-type', body.contentType)
  if (key !== undefined) headers.set('idempotency-key', key)
  for (const [name, value] of Object.entries(more)) headers.set(name, value)
  return new Request(target, {
    method: entry.method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body: body.body }),
    ...(signal === undefined ? {} : { signal }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
  })
}

/** What goes wrong between here and the server becomes an ApiError; an abort stays what the caller made it. */
async function attempt<T>(name: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason
    const [code, title] =
      error instanceof SyntaxError
        ? (['answer_invalid', 'The answer is not valid JSON'] as const)
        : (['network_error', 'There was no answer'] as const)
    throw new ApiError(name, { code, status: 0, title, detail: `${title}: ${reasonOf(error)}`, data: undefined }, error)
  }
}

/** The platform's `fetch` says "fetch failed" for everything; what failed is the cause of that. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  const reason = cause instanceof Error ? cause.message || (cause as { readonly code?: string }).code : undefined
  return reason === undefined ? error.message : `${error.message}, ${reason}`
}
