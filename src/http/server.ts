import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AshlarError, BadRequest, Unavailable } from '../core/errors/index.ts'
import { isPromise } from '../core/maybe-promise.ts'
import type { Outcome } from '../core/middleware.ts'
import { revalidate } from './conditional.ts'
import { closesAfter } from './edge/body.ts'
import { ClientClosedRequest } from './edge/errors.ts'
import { parseHead, type HeadOptions } from './edge/head.ts'
import type { Limits } from './edge/limits.ts'
import { createStrictServer } from './edge/server.ts'
import type { Exchange } from './exchange.ts'
import { SWEEP_INTERVAL_MS, type Kernel } from './kernel.ts'
import { Load, type LoadLimits } from './load.ts'
import { Refusals, unreadHead } from './overloaded.ts'
import { requestIds } from './request-id.ts'
import type { ResponseLines } from './response-lines.ts'
import { isClosing, sendOutcome, type SendOptions } from './send.ts'
import { SocketIncoming } from './socket-incoming.ts'

export interface HttpServerOptions {
  readonly kernel: Kernel
  readonly lines: ResponseLines
  readonly head: HeadOptions
  readonly limits: Limits
  /** `undefined`: no request is too many. */
  readonly loadLimits: LoadLimits | undefined
  /** Whether each answer ends its connection, since the app is about to stop. */
  readonly availability: { readonly endsConnections: boolean }
}

/** How often a stopping server looks for connections that have become idle. */
const IDLE_CLOSE_MS = 20

/** How the observers are told that the client left before there was an answer; no status of HTTP. */
const CLIENT_GONE = 499

/** What handlers have, once a stop has aborted them, to roll back before the app's parts are stopped. */
const ABORT_GRACE_MS = 500

/** Carries an app's kernel on `node:http`. */
export class HttpServer {
  readonly #options: HttpServerOptions
  readonly #server: Server
  readonly #nextId = requestIds()
  readonly #load: Load | undefined
  readonly #refusals: Refusals | undefined
  #sweeper: NodeJS.Timeout | undefined
  #stopping = false

  constructor(options: HttpServerOptions) {
    this.#options = options
    this.#load = options.loadLimits === undefined ? undefined : new Load(options.loadLimits)
    this.#refusals = this.#load === undefined ? undefined : new Refusals(this.#load, options)
    this.#server = createStrictServer(options.limits, (request, response) => this.#serve(request, response))
  }

  /** The port it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async listen(port: number, host: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ port, host }, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
    const interval = Math.min(SWEEP_INTERVAL_MS, this.#options.kernel.settings.shortestTimeoutMs)
    this.#sweeper = setInterval(() => this.#options.kernel.expire(performance.now()), interval)
    this.#sweeper.unref()
  }

  /** Stops: no new connections; requests in flight finish within the shutdown limit; what is left then is cut off. */
  async stop(): Promise<void> {
    this.#stopping = true
    const { kernel, limits } = this.#options
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    const until = performance.now() + limits.shutdownTimeoutMs
    const cutOff = (): void => {
      for (const exchange of kernel.inFlight) exchange.abort(new Unavailable('The server is stopping.'))
      this.#server.closeAllConnections()
    }
    const deadline = setTimeout(cutOff, limits.shutdownTimeoutMs)
    // Node looks for idle connections once; one whose answer had begun before is idle only when that has ended.
    const idle = setInterval(() => this.#server.closeIdleConnections(), IDLE_CLOSE_MS)
    await closed
    clearInterval(idle)
    // A connection may end before its handler does.
    await kernel.idle(until - performance.now())
    clearTimeout(deadline)
    if (kernel.inFlight.size > 0) {
      cutOff()
      await kernel.idle(ABORT_GRACE_MS)
    }
    clearInterval(this.#sweeper)
  }

  get #endsConnections(): boolean {
    return this.#stopping || this.#options.availability.endsConnections
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    if (isClosing(request.socket)) return
    const id = this.#nextId()
    const now = performance.now()
    if (this.#refusals?.applyTo(request, now) === true)
      return this.#refusals.answer(request, response, { id, now, stopping: this.#endsConnections })
    let exchange: Exchange
    try {
      const head = parseHead(request, id, this.#options.head)
      exchange = this.#options.kernel.openObserved(new SocketIncoming(request, response, head), now)
      exchange.load = this.#load
      exchange.beginWork()
    } catch (error) {
      return this.#refuse(request, response, { error, id })
    }
    const outcome = this.#options.kernel.answer(exchange)
    if (isPromise(outcome)) return this.#await(exchange, response, outcome)
    if (outcome.body instanceof ReadableStream) this.#abortWhenGone(exchange, response)
    this.#send(exchange, response, outcome)
  }

  /** An answer that takes its time: the client may go, and the time may run out, before it is there. */
  #await(exchange: Exchange, response: ServerResponse, outcome: Promise<Outcome>): void {
    this.#abortWhenGone(exchange, response)
    exchange.onExpire((error) => {
      if (!response.headersSent) this.#write(exchange, response, this.#options.kernel.failed(exchange, error))
    })
    outcome.then(
      (settled) => this.#send(exchange, response, settled),
      // Errors are answered long before this; one of our own must not end the process.
      (error: unknown) => this.#send(exchange, response, this.#options.kernel.failed(exchange, error)),
    )
  }

  #abortWhenGone(exchange: Exchange, response: ServerResponse): void {
    const gone = (): void => {
      if (!response.writableEnded) exchange.abort(new ClientClosedRequest('The client has gone.'))
    }
    exchange.onListen(() => {
      // Who begins to listen late hears no event any more.
      if (response.destroyed) gone()
      else response.once('close', gone)
    })
  }

  #send(exchange: Exchange, response: ServerResponse, outcome: Outcome): void {
    const { kernel } = this.#options
    // A stream may take longer than a handler: it goes at the pace of the client, for whom the idle limit is.
    exchange.stopClock()
    // The client has gone, or was answered when the time ran out: only what follows the response remains.
    if (response.headersSent || response.destroyed) {
      if (outcome.body instanceof ReadableStream) void outcome.body.cancel().catch(() => undefined)
      // A mounted listener has answered by itself.
      kernel.report(exchange, response.writableEnded ? outcome : { status: CLIENT_GONE, error: outcome.error })
      return void kernel.close(exchange)
    }
    if (exchange.hasAfter || outcome.body instanceof ReadableStream)
      response.once('close', () => void kernel.close(exchange))
    else void kernel.close(exchange)
    this.#write(exchange, response, outcome)
  }

  #write(exchange: Exchange, response: ServerResponse, outcome: Outcome): void {
    const { head } = exchange
    const options: SendOptions = {
      lines: this.#options.lines,
      request: head,
      close: this.#endsConnections,
      unread: head.hasBody && closesAfter(response.req, head),
      failed: (error) => exchange.log.error({ err: error }, 'the stream of a response failed'),
    }
    try {
      revalidate(outcome, head)
      sendOutcome(response, outcome, options)
      this.#options.kernel.report(exchange, outcome)
    } catch (error) {
      // Middleware or a web Response made something that is none: a mistake of the app's, which must not end the process.
      const failure = this.#options.kernel.failed(exchange, error)
      if (response.headersSent) response.destroy()
      else sendOutcome(response, failure, options)
      this.#options.kernel.report(exchange, failure)
    }
  }

  /** Answers a request whose head is not acceptable; where the next one would begin is unclear, so the connection ends. */
  #refuse(
    request: IncomingMessage,
    response: ServerResponse,
    { error, id }: { readonly error: unknown; readonly id: string },
  ): void {
    const { kernel, lines } = this.#options
    const known = error instanceof AshlarError ? error : new BadRequest(undefined, { cause: error })
    if (known !== error) kernel.settings.logger.error({ err: error }, 'the head of a request could not be read')
    const outcome = kernel.failure(known, { id, method: request.method ?? '', path: '' })
    kernel.settings.outer?.markRefusal(unreadHead(request), outcome)
    kernel.settings.observer?.refused?.({ id, method: request.method ?? '', status: outcome.status, error: known })
    const unread = closesAfter(request, undefined)
    sendOutcome(response, outcome, {
      lines,
      request: { id, protocol: 'http', method: request.method ?? '' },
      close: true,
      unread,
      failed: () => undefined,
    })
  }
}
