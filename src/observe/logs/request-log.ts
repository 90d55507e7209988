import { AshlarError, Overloaded } from '../../core/errors/index.ts'
import type {
  ObservedAnswer,
  ObservedRequest,
  RefusedRequest,
  RequestObserver,
  RequestTrace,
} from '../../core/observation/observer.ts'
import { isOwnOperation } from '../../core/observation/own-operations.ts'
import type { Logger } from '../../core/request.ts'
import { REDACTED } from '../../core/secret.ts'
import type { StepSummary } from '../pretty/request-tree.ts'
import { RequestTree } from '../pretty/request-tree.ts'
import { credentialsOf } from './credentials.ts'
import type { HiddenNames } from './hidden-names.ts'
import { redacted } from './redaction.ts'
import { requestLine, type RequestLine } from './request-line.ts'
import type { SecretPaths } from './secret-paths.ts'

/** A line with what only few have. */
export interface FullLine extends RequestLine {
  readonly err?: unknown
  readonly steps?: readonly StepSummary[]
}

/** Shows a request to a person: its line, and what it did. */
export type RequestPrinter = (line: FullLine, tree: RequestTree | undefined, slow: boolean) => void

export interface RequestLogOptions {
  /** Where lines are written that have no secrets. */
  readonly sink: Logger
  readonly names: HiddenNames
  readonly paths: SecretPaths
  /** Which are written; `undefined`: all. Those of failures and of slow operations always are. */
  readonly sample: ((line: RequestLine) => boolean) | undefined
  /** From when on an operation is slow. */
  readonly slowMs: number
  /** Whether each step is to be seen: that costs some microseconds for each. */
  readonly steps: boolean
  readonly print: RequestPrinter | undefined
}

const SERVER_ERROR = 500

/** One line for each request, once its answer is on its way: what was asked, how it ended, how long it took, and the error where there was one. */
export class RequestLog implements RequestObserver {
  readonly countsStatements = true
  readonly tellsFailures = true
  readonly begin: ((request: ObservedRequest) => RequestTrace) | undefined
  readonly #options: RequestLogOptions
  readonly #trees = new WeakMap<ObservedRequest, RequestTree>()

  constructor(options: RequestLogOptions) {
    this.#options = options
    if (options.steps) this.begin = (request) => this.#treeOf(request)
  }

  readonly answered = (request: ObservedRequest, answer: ObservedAnswer): void => {
    const { paths, sample, slowMs } = this.#options
    const failed = answer.status >= SERVER_ERROR || answer.failure !== undefined
    if (!failed && isOwnOperation(request.operation)) return
    const line = requestLine(request, answer, request.head.basePath + paths.shown(request.head.path))
    const slow = answer.durationMs >= slowMs
    if (!failed && !slow && sample?.(line) === false) return
    if (!failed && !slow && this.#options.print === undefined) this.#options.sink.info(this.#shown(line), 'request')
    else this.#writeFull(line, request, { answer, slow })
  }

  /** What is turned away for load is counted by a warning now and then: lines would cost more than all else that is done for it. */
  readonly refused = ({ id, method, status, error }: RefusedRequest): void => {
    if (error instanceof Overloaded) return
    const code = error instanceof AshlarError ? error.code : undefined
    this.#options.sink.info({ requestId: id, method, status, error: code }, 'request refused')
  }

  #writeFull(
    line: RequestLine,
    request: ObservedRequest,
    { answer, slow }: { readonly answer: ObservedAnswer; readonly slow: boolean },
  ): void {
    const { sink, print } = this.#options
    const { failure, status } = answer
    const tree = this.#trees.get(request)
    const full: FullLine = this.#shown({
      ...line,
      ...(failure?.hasReason === true && { err: this.#safe(failure.error, request) }),
      ...(slow && tree !== undefined && { steps: tree.slowest() }),
    })
    if (print !== undefined) return print(full, tree, slow)
    const level = failure?.level ?? (status >= SERVER_ERROR ? 'error' : slow ? 'warn' : 'info')
    sink[level](full, failure?.message ?? (slow ? 'slow operation' : 'request'))
  }

  #safe(error: unknown, { head }: ObservedRequest): unknown {
    const { names } = this.#options
    const fields = redacted({ err: error }, names, credentialsOf(head, names))
    return (fields as { readonly err?: unknown }).err
  }

  /** Names that are to be hidden may be among those of the line itself. */
  #shown<Line extends RequestLine>(line: Line): Line {
    const hidden = Object.keys(line).filter((name) => this.#options.names.has(name))
    return hidden.length === 0 ? line : { ...line, ...Object.fromEntries(hidden.map((name) => [name, REDACTED])) }
  }

  #treeOf(request: ObservedRequest): RequestTree {
    const tree = new RequestTree()
    this.#trees.set(request, tree)
    return tree
  }
}
