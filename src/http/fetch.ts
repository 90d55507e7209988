import type { Outcome } from '../core/middleware.ts'
import { AshlarError } from '../core/errors/index.ts'
import { isPromise } from '../core/maybe-promise.ts'
import { keepCause } from '../core/response-cause.ts'
import { revalidate } from './conditional.ts'
import { ClientClosedRequest } from './edge/errors.ts'
import type { HeadOptions } from './edge/head.ts'
import type { Exchange } from './exchange.ts'
import { fetchIncoming, type FetchIncoming } from './fetch-incoming.ts'
import { SWEEP_INTERVAL_MS, type Kernel } from './kernel.ts'
import { hasNoBody, type Answered, type ResponseLines } from './response-lines.ts'

export interface FetchOptions {
  readonly kernel: Kernel
  readonly lines: ResponseLines
  readonly head: HeadOptions
  readonly nextId: () => string
}

/** Answers a web `Request` in process, through the same kernel as a socket's. */
export async function answerFetch(request: Request, { kernel, lines, head, nextId }: FetchOptions): Promise<Response> {
  const id = nextId()
  let incoming: FetchIncoming
  try {
    incoming = fetchIncoming(request, id, head)
  } catch (error) {
    if (!(error instanceof AshlarError)) throw error
    const failure = kernel.failure(error, { id, method: request.method, path: '' })
    const { pathname: path } = new URL(request.url)
    const header = (name: string): string | undefined => request.headers.get(name) ?? undefined
    kernel.settings.outer?.markRefusal({ method: request.method, path, header }, failure)
    return toResponse(failure, lines, { id, protocol: 'http', method: request.method })
  }
  const exchange = kernel.openObserved(incoming, performance.now())
  const aborted = (): void => exchange.abort(new ClientClosedRequest('The client has gone.'))
  request.signal.addEventListener('abort', aborted, { once: true })
  // An abort before this line sends no event any more.
  if (request.signal.aborted) aborted()
  const outcome = await answerInTime(kernel, exchange)
  request.signal.removeEventListener('abort', aborted)
  kernel.report(exchange, outcome)
  if (exchange.expired !== undefined) return toResponse(outcome, lines, incoming.head)
  revalidate(outcome, incoming.head)
  if (outcome.body instanceof ReadableStream) outcome.body = whenRead(outcome.body, () => void kernel.close(exchange))
  else await kernel.close(exchange)
  try {
    return toResponse(outcome, lines, incoming.head)
  } catch (error) {
    // As for a socket: what middleware or a web Response made is none.
    return toResponse(kernel.failed(exchange, error), lines, incoming.head)
  }
}

/** The answer, or that of the limit on a handler's time; what follows a response then waits for the handler to end. */
async function answerInTime(kernel: Kernel, exchange: Exchange): Promise<Outcome> {
  const answer = kernel.answer(exchange)
  if (!isPromise(answer)) return answer
  const late = new Promise<Error>((resolve) => exchange.onExpire(resolve))
  const interval = Math.min(SWEEP_INTERVAL_MS, kernel.settings.shortestTimeoutMs)
  const sweeper = setInterval(() => kernel.expire(performance.now()), interval).unref()
  const first = await Promise.race([answer, late])
  clearInterval(sweeper)
  exchange.stopClock()
  if (!(first instanceof Error)) return first
  void answer.then(() => kernel.close(exchange))
  return kernel.failed(exchange, first)
}

/** The response is sent when it is handed over, or when its stream has been read. */
function whenRead(body: ReadableStream<Uint8Array>, done: () => void): ReadableStream<Uint8Array> {
  // `cancel` of a transformer (Streams standard, 2023) is not in the types yet.
  const watch = { flush: done, cancel: done }
  return body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(watch))
}

function toResponse(outcome: Outcome, lines: ResponseLines, request: Answered): Response {
  const { status, body } = outcome
  const written = lines.of(outcome, request)
  const headers = new Headers()
  for (let i = 0; i < written.length; i += 2) headers.append(written[i] ?? '', written[i + 1] ?? '')
  const bodyless = request.method === 'HEAD' || hasNoBody(status)
  if (bodyless && body instanceof ReadableStream) void body.cancel().catch(() => undefined)
  // The types of `Response` want to know that bytes are not shared memory; ours never are.
  const sent = bodyless ? null : ((body ?? null) as string | Uint8Array<ArrayBuffer> | ReadableStream | null)
  const response = new Response(sent, { status, headers })
  // The body of a failure says nothing of what failed; a test in this process wants to know.
  return status >= 500 && outcome.error !== undefined ? keepCause(response, outcome.error) : response
}
