import type { IncomingMessage, ServerResponse } from 'node:http'
import { Overloaded, type AshlarError } from '../core/errors/index.ts'
import type { Logger } from '../core/request.ts'
import { UNREAD_BODY_LIMIT_BYTES } from './edge/limits.ts'
import { headerOf } from './edge/header-lines.ts'
import { failureOutcome } from './failure.ts'
import type { Kernel } from './kernel.ts'
import type { Load } from './load.ts'
import type { UnreadHead } from './outer-layer.ts'
import type { ResponseLines } from './response-lines.ts'
import { sendOutcome } from './send.ts'

const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
/** A flood of refusals is one line of the log now and then. */
const TELL_EVERY_MS = 10_000

interface Edge {
  readonly kernel: Kernel
  readonly lines: ResponseLines
}

/** Turns requests away before anything is done for them: neither their head is read nor an exchange begun. */
export class Refusals {
  readonly #edge: Edge
  readonly #load: Load
  /** Made once: its stack says nothing. */
  readonly #error: AshlarError
  #toldAt = -Infinity

  constructor(load: Load, edge: Edge) {
    this.#load = load
    this.#edge = edge
    this.#error = new Overloaded(undefined, { headers: { 'retry-after': String(load.limits.retryAfterSeconds) } })
  }

  /** Whether this request is one too many. */
  applyTo(request: IncomingMessage, now: number): boolean {
    if (!this.#load.isTooHigh(now)) return false
    const head = unreadHead(request)
    if (this.#load.limits.exempt(head.path)) return false
    // Costs no more than a refusal, for which a browser would tell the page nothing but that something failed.
    return head.method !== 'OPTIONS' || this.#edge.kernel.settings.outer?.isPreflight(head) !== true
  }

  answer(
    request: IncomingMessage,
    response: ServerResponse,
    { id, stopping, now }: { readonly id: string; readonly stopping: boolean; readonly now: number },
  ): void {
    const { kernel, lines } = this.#edge
    const method = request.method ?? ''
    this.#load.refused += 1
    this.#tell(now)
    const outcome = failureOutcome(this.#error, { id, method, path: '' }, SILENT, kernel.settings)
    kernel.settings.outer?.markRefusal(unreadHead(request), outcome)
    kernel.settings.observer?.refused?.({ id, method, status: outcome.status, error: this.#error })
    sendOutcome(response, outcome, {
      lines,
      request: { id, protocol: 'http', method },
      close: stopping,
      unread: hasLongBody(request),
      failed: () => undefined,
    })
  }

  #tell(now: number): void {
    if (now - this.#toldAt < TELL_EVERY_MS) return
    this.#toldAt = now
    const { refused, working } = this.#load
    this.#edge.kernel.settings.logger.warn({ refused, working }, 'overloaded: requests are turned away')
  }
}

/** What is known of a request before its head is parsed. */
export function unreadHead({ method = '', url = '', rawHeaders }: IncomingMessage): UnreadHead {
  const query = url.indexOf('?')
  return { method, path: query === -1 ? url : url.slice(0, query), header: (name) => headerOf(rawHeaders, name) }
}

/** One that is short is dropped by Node while the connection lives on: to open another costs more than to answer. */
function hasLongBody({ headers }: IncomingMessage): boolean {
  if (headers['transfer-encoding'] !== undefined) return true
  const length = headers['content-length']
  return length !== undefined && !(Number(length) <= UNREAD_BODY_LIMIT_BYTES)
}
