import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '../../core/request.ts'
import type { Mailer, Message } from '../../mail/mailer.ts'

/** A message on its way. */
export interface Posted {
  /** For the log, which sees neither the recipient nor the message. */
  readonly template: string
  readonly render: () => Message
  /** Taken out of what is logged. */
  readonly secret: string | undefined
}

interface OutboxOptions {
  readonly mailer: Mailer
  readonly log: Logger
  /** How long is waited before each further try. */
  readonly retryDelaysMs?: readonly number[]
  readonly drainTimeoutMs?: number
}

const RETRY_DELAYS_MS = [1_000, 10_000, 60_000]
/** Less than an app has for its stop. */
const DRAIN_TIMEOUT_MS = 10_000
/** A server that is gone for long must not fill the memory. */
const MAX_WAITING = 10_000

/**
 * Messages on their way, in the memory of this process: tried up to four times, about a minute in all. What is left when the process ends is lost; whoever
 * waited for it asks again.
 */
export class Outbox {
  readonly #mailer: Mailer
  readonly #log: Logger
  readonly #delaysMs: readonly number[]
  readonly #drainTimeoutMs: number
  readonly #underWay = new Set<Promise<void>>()
  readonly #stop = new AbortController()

  constructor({ mailer, log, retryDelaysMs, drainTimeoutMs }: OutboxOptions) {
    this.#mailer = mailer
    this.#log = log
    this.#delaysMs = retryDelaysMs ?? RETRY_DELAYS_MS
    this.#drainTimeoutMs = drainTimeoutMs ?? DRAIN_TIMEOUT_MS
  }

  /** Hands a message over without waiting for it. Never throws: the change it tells of is committed. */
  post(posted: Posted): void {
    if (this.#underWay.size >= MAX_WAITING) {
      this.#log.error({ template: posted.template }, 'a mail was given up: too many are waiting for the mailer')
      return
    }
    const sent = this.#send(posted).finally(() => this.#underWay.delete(sent))
    this.#underWay.add(sent)
  }

  /** Waits for what is under way, with one last try for what waits for another, and no longer than it may. */
  async drain(): Promise<void> {
    this.#stop.abort()
    const timer = new AbortController()
    const late = delay(this.#drainTimeoutMs, undefined, { signal: timer.signal }).catch(() => {})
    await Promise.race([Promise.all(this.#underWay), late])
    timer.abort()
    if (this.#underWay.size > 0)
      this.#log.error(
        { messages: this.#underWay.size },
        'mails were lost: the mailer did not take them before the stop',
      )
  }

  async #send(posted: Posted): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const isLast = attempt > this.#delaysMs.length || this.#stop.signal.aborted
      const failure = await this.#try(posted)
      if (failure === undefined) return
      const fields = { template: posted.template, attempt, ...failure.fields }
      if (isLast || failure.isPermanent) {
        this.#log.error(fields, 'a mail was given up')
        return
      }
      this.#log.warn(fields, 'a mail could not be sent; it is tried again')
      await delay(this.#delaysMs[attempt - 1], undefined, { signal: this.#stop.signal, ref: false }).catch(() => {})
    }
  }

  async #try({ render, secret }: Posted): Promise<Failure | undefined> {
    let message: Message
    try {
      message = render()
    } catch (error) {
      return { isPermanent: true, fields: told(error, secret) }
    }
    try {
      await this.#mailer.send(message)
      return undefined
    } catch (error) {
      return { isPermanent: isPermanent(error), fields: told(error, secret) }
    }
  }
}

interface Failure {
  readonly isPermanent: boolean
  readonly fields: object
}

/** RFC 5321 section 4.2.1: 5yz stays so however often it is tried. And so does a message that is none. */
function isPermanent(error: unknown): boolean {
  const { responseCode } = (error ?? {}) as { readonly responseCode?: unknown }
  return error instanceof TypeError || (typeof responseCode === 'number' && responseCode >= 500)
}

/** Not the error itself: mailers put the message, or its recipient, into theirs. */
function told(error: unknown, secret: string | undefined): object {
  const { name, message, code } = (error instanceof Error ? error : new Error(String(error))) as Error & {
    code?: unknown
  }
  const reason = secret === undefined ? message : message.replaceAll(secret, '(token)')
  return { error: name, reason, ...(typeof code === 'string' && { code }) }
}
