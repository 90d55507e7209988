import type { AppLog } from '../../core/observation/app-log.ts'
import type { ObservedRequest } from '../../core/observation/observer.ts'
import type { Logger } from '../../core/request.ts'
import { runningRequest } from '../../core/running-request.ts'
import type { ErrorReports } from '../reports/error-reports.ts'
import { credentialsOf } from './credentials.ts'
import type { HiddenNames } from './hidden-names.ts'
import { redacted } from './redaction.ts'

export type Level = 'debug' | 'info' | 'warn' | 'error'

interface RedactingLogOptions {
  /** Where lines go; it sees no secrets. */
  readonly sink: Logger
  readonly names: HiddenNames
  /** Told of what is logged as an error, where the app wants to hear of it. */
  readonly reports: ErrorReports | undefined
}

/** The app's log, whoever writes it: without secrets, and with each error reported that it is told of. */
export class RedactingLog implements AppLog {
  readonly #options: RedactingLogOptions

  constructor(options: RedactingLogOptions) {
    this.#options = options
  }

  debug(fields: object, message?: string): void {
    this.line('debug', fields, message)
  }

  info(fields: object, message?: string): void {
    this.line('info', fields, message)
  }

  warn(fields: object, message?: string): void {
    this.line('warn', fields, message)
  }

  error(fields: object, message?: string): void {
    this.line('error', fields, message)
  }

  of(request: ObservedRequest): Logger {
    return new RequestLog(this, request)
  }

  report(error: unknown, message: string, request: ObservedRequest | undefined): void {
    const { reports } = this.#options
    if (reports === undefined) return
    const { err } = this.#safe({ err: error }, request) as { readonly err: unknown }
    reports.report(err, message, request ?? running())
  }

  /** @param request - Whose line it is; otherwise that of the code which runs. */
  line(level: Level, given: object, message?: string, request?: ObservedRequest): void {
    const fields = fieldsOf(given)
    const safe = this.#safe(fields, request)
    const { sink, reports } = this.#options
    sink[level](request === undefined ? safe : { ...bindings(request), ...safe }, message ?? textOf(given))
    if (level === 'error' && reports !== undefined && 'err' in safe)
      reports.report(safe.err, message ?? 'an error', request ?? running())
  }

  #safe(fields: object, request: ObservedRequest | undefined): object {
    const { names } = this.#options
    const head = 'err' in fields ? (request ?? running())?.head : undefined
    return redacted(fields, names, head === undefined ? [] : credentialsOf(head, names))
  }
}

/** What it says of the request is looked up for each line: its operation and its user are known later than it. */
class RequestLog implements Logger {
  readonly #log: RedactingLog
  readonly #request: ObservedRequest

  constructor(log: RedactingLog, request: ObservedRequest) {
    this.#log = log
    this.#request = request
  }

  debug(fields: object, message?: string): void {
    this.#log.line('debug', fields, message, this.#request)
  }

  info(fields: object, message?: string): void {
    this.#log.line('info', fields, message, this.#request)
  }

  warn(fields: object, message?: string): void {
    this.#log.line('warn', fields, message, this.#request)
  }

  error(fields: object, message?: string): void {
    this.#log.line('error', fields, message, this.#request)
  }
}

/** What pino takes too: an error in the place of fields; and from JavaScript a text, or nothing, as a line must not fail a request. */
function fieldsOf(given: unknown): object {
  if (given instanceof Error) return { err: given }
  return typeof given === 'object' && given !== null ? given : {}
}

function textOf(given: unknown): string | undefined {
  return typeof given === 'string' ? given : undefined
}

/** The kernel enters what observers see too. */
function running(): ObservedRequest | undefined {
  return runningRequest.getStore() as ObservedRequest | undefined
}

function bindings({ head, operation, user, trace }: ObservedRequest): object {
  const fields = { requestId: head.id, operation, userId: user?.id }
  return trace?.logFields === undefined ? fields : { ...fields, ...trace.logFields }
}
