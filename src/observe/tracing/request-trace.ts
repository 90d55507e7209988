import type { Attributes, Context, Span, Tracer } from '@opentelemetry/api'
import { AshlarError } from '../../core/errors/index.ts'
import { isPromise } from '../../core/maybe-promise.ts'
import type { RequestTrace, StepFields, StepKind, StepTold } from '../../core/observation/observer.ts'
import type { OpenTelemetryApi } from './load-api.ts'
import { recordError } from './span-error.ts'

/** What all requests of an app share. */
export interface TraceTools {
  readonly api: OpenTelemetryApi
  readonly tracerNow: () => Tracer
  /** Whether what clients and users put into the baggage is sent on to others. */
  readonly baggage: boolean
}

/** A request whose trace is not kept: what it calls, and the spans of its own code, must still know that. */
export class UnsampledTrace implements RequestTrace {
  readonly span: Span
  readonly context: Context
  protected readonly tools: TraceTools

  constructor(tools: TraceTools, span: Span, parent: Context) {
    this.tools = tools
    this.span = span
    this.context = tools.api.trace.setSpan(parent, span)
  }

  get logFields(): Readonly<Record<string, string>> | undefined {
    const { traceId, spanId } = this.span.spanContext()
    return this.tools.api.isValidTraceId(traceId) ? { traceId, spanId } : undefined
  }

  run<T>(work: () => T): T {
    return this.tools.api.context.with(this.context, work)
  }

  step<T>(_kind: StepKind, _name: string, work: () => T, _told?: StepTold<T>): T {
    return work()
  }

  note(_kind: StepKind, _name: string, _fields?: StepFields): void {
    return
  }

  carry(headers: Record<string, string>): void {
    this.tools.api.propagation.inject(this.#outgoing(), headers)
  }

  /** Where the running code is in the trace: in a span of this request or of its own code, or, without a context manager, in the request itself. */
  protected get here(): Context {
    const active = this.tools.api.context.active()
    return this.tools.api.trace.getSpan(active) === undefined ? this.context : active
  }

  #outgoing(): Context {
    const { api, baggage } = this.tools
    return baggage ? this.here : api.propagation.deleteBaggage(this.here)
  }
}

/** A request whose steps are spans. */
export class SpanTrace extends UnsampledTrace {
  override step<T>(kind: StepKind, name: string, work: () => T, { fields, ended }: StepTold<T> = {}): T {
    const { api, tracerNow } = this.tools
    const parent = this.here
    const isCall = kind === 'statement' || kind === 'outbound'
    const span = tracerNow().startSpan(
      spanName(kind, name),
      { kind: isCall ? api.SpanKind.CLIENT : api.SpanKind.INTERNAL, attributes: attributesOf(kind, name, fields) },
      parent,
    )
    try {
      const result = api.context.with(api.trace.setSpan(parent, span), work)
      const end = (value: Awaited<T>): void => this.#end(span, ended?.(value))
      if (isPromise(result)) this.#endLater(span, result as PromiseLike<Awaited<T>>, end)
      // What is no promise is its own result.
      else end(result as Awaited<T>)
      return result
    } catch (error) {
      this.#fail(span, error)
      throw error
    }
  }

  override note(kind: StepKind, name: string, fields?: StepFields): void {
    const { trace } = this.tools.api
    const span = trace.getSpan(this.here) ?? this.span
    span.addEvent(`${kind} ${name}`, attributesOf(kind, name, fields))
  }

  #endLater<T>(span: Span, result: PromiseLike<T>, end: (value: T) => void): void {
    result.then(end, (error: unknown) => this.#fail(span, error))
  }

  #end(span: Span, fields: StepFields = {}): void {
    span.setAttributes(fields)
    if ('error.type' in fields) span.setStatus({ code: this.tools.api.SpanStatusCode.ERROR })
    span.end()
  }

  /** What is answered with a 4xx is an answer and no failure. */
  #fail(span: Span, error: unknown): void {
    if (error instanceof AshlarError && error.status < 500) span.setAttribute('error.type', error.code)
    else recordError(this.tools.api, span, error)
    span.end()
  }
}

/** A statement is named after what it does; its whole text is an attribute. */
function spanName(kind: StepKind, name: string): string {
  if (kind === 'statement') return operationOf(name)
  return kind === 'outbound' ? name : `${kind} ${name}`
}

function attributesOf(kind: StepKind, name: string, fields: StepFields = {}): Attributes {
  if (kind === 'outbound') return fields
  if (kind !== 'statement') return { [`ashlar.${kind}`]: name, ...fields }
  return {
    'db.system.name': 'postgresql',
    'db.operation.name': operationOf(name),
    'db.query.text': name,
    ...fields,
  }
}

/** The first word of a statement. */
function operationOf(text: string): string {
  return /^\W*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? 'SQL'
}
