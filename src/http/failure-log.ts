import type { AppLog } from '../core/observation/app-log.ts'
import type { ObservedRequest, RequestFailure } from '../core/observation/observer.ts'
import type { Logger } from '../core/request.ts'

/** Where the failure of an answer waits for the line of its request. */
export interface FailureHolder extends ObservedRequest {
  /** Whether that line has been written. */
  readonly isReported: boolean
  failure: RequestFailure | undefined
}

interface FailureFields {
  readonly err: unknown
  readonly hasReason?: boolean
}

/**
 * The log of what an answer failed of, where the line of the request will tell it: one line for one failure. What comes besides another, or once that
 * line is written, has its own.
 */
export class FailureLog implements Logger {
  readonly #holder: FailureHolder
  readonly #log: AppLog

  constructor(holder: FailureHolder, log: AppLog) {
    this.#holder = holder
    this.#log = log
  }

  debug(fields: object, message?: string): void {
    this.#log.of(this.#holder).debug(fields, message)
  }

  info(fields: object, message?: string): void {
    this.#log.of(this.#holder).info(fields, message)
  }

  warn(fields: object, message = ''): void {
    this.#keep('warn', fields as FailureFields, message)
  }

  error(fields: object, message = ''): void {
    this.#keep('error', fields as FailureFields, message)
  }

  #keep(level: 'warn' | 'error', fields: FailureFields, message: string): void {
    const holder = this.#holder
    if (holder.isReported || holder.failure !== undefined) return this.#log.of(holder)[level](fields, message)
    holder.failure = { error: fields.err, level, message, hasReason: fields.hasReason !== false }
    if (level === 'error') this.#log.report(fields.err, message, holder)
  }
}
