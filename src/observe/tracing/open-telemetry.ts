import type { Attributes, Context, Span, Tracer, TracerProvider } from '@opentelemetry/api'
import type { ObservedAnswer, ObservedRequest, RequestObserver, RequestTrace } from '../../core/observation/observer.ts'
import type { RequestHead } from '../../core/request.ts'
import type { TracedApp, Tracing } from '../../core/observation/tracing.ts'
import { errorType } from '../error-type.ts'
import { knownMethod } from '../http-method.ts'
import { loadApi, type OpenTelemetryApi } from './load-api.ts'
import { SpanTrace, UnsampledTrace, type TraceTools } from './request-trace.ts'
import { recordError } from './span-error.ts'

/** What traces have, and whom they follow. */
export interface OpenTelemetryOptions {
  /**
   * What becomes of a trace that a request says it belongs to (`traceparent`, W3C Trace Context). `continue`, the default: it goes on here, and its sender decides
   * whether it is kept. `ignore`: each request begins a trace of its own, for an app that anybody calls.
   */
  readonly incoming?: 'continue' | 'ignore'
  /** Whether the id of who calls is an attribute of the request's span (`user.id`). Default `false`. */
  readonly userId?: boolean
  /** Whether the baggage of a request is sent on with the calls it makes. Default `false`: those may be to others. */
  readonly baggage?: boolean
}

/** The name and the version that spans say they are made by. */
const LIBRARY = 'ashlar'

/**
 * Traces of requests for OpenTelemetry: a span for each request, each dependency, the handler and each SQL statement, as children of one another and of
 * the trace that the request belongs to. They go where the app's own SDK sends them; without one, nowhere. Nothing is patched, and spans have no
 * headers, bodies, credentials, values of statements or messages of errors.
 *
 * Needs the package `@opentelemetry/api`, and an SDK that is started before the first request: before the app, or as one of its parts.
 *
 * @example
 * const app = createApp({ title: 'Blog', version: '1.0.0', api, tracing: openTelemetry() })
 * @throws Error where the package is not installed.
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Tracing {
  const api = loadApi()
  const tools: TraceTools = { api, tracerNow: tracerOf(api), baggage: options.baggage ?? false }
  return { kind: 'tracing', observe: (app) => new TracingObserver(tools, app, options) }
}

/**
 * The tracer of the SDK that is there now. One that was made before it would make no spans for as long as it lives where the SDK came with another copy of
 * the API: the ECMAScript module of the same package is one.
 */
function tracerOf({ trace }: OpenTelemetryApi): () => Tracer {
  let known: { readonly provider: TracerProvider; readonly tracer: Tracer } | undefined
  return () => {
    const provider = trace.getTracerProvider()
    if (known?.provider !== provider) known = { provider, tracer: provider.getTracer(LIBRARY) }
    return known.tracer
  }
}

class TracingObserver implements RequestObserver {
  readonly #tools: TraceTools
  readonly #app: TracedApp
  readonly #options: OpenTelemetryOptions
  readonly #traces = new WeakMap<ObservedRequest, UnsampledTrace>()

  constructor(tools: TraceTools, app: TracedApp, options: OpenTelemetryOptions) {
    this.#tools = tools
    this.#app = app
    this.#options = options
  }

  readonly begin = (request: ObservedRequest): RequestTrace | undefined => {
    const { head } = request
    if (this.#app.isProbe(head.path)) return undefined
    const { api, tracerNow } = this.#tools
    const parent = this.#parentOf(head)
    const options = { kind: api.SpanKind.SERVER, attributes: attributesOf(head, this.#app.shownPath(head)) }
    const span = tracerNow().startSpan(methodOf(head), options, parent)
    const trace = new (span.isRecording() ? SpanTrace : UnsampledTrace)(this.#tools, span, parent)
    this.#traces.set(request, trace)
    return trace
  }

  readonly answered = (request: ObservedRequest, { status, error }: ObservedAnswer): void => {
    const span = this.#traces.get(request)?.span
    if (span === undefined) return
    if (span.isRecording()) this.#describe(span, request, { status, error })
    span.end()
  }

  #describe(
    span: Span,
    { head, operation, user }: ObservedRequest,
    answer: Pick<ObservedAnswer, 'status' | 'error'>,
  ): void {
    const { status, error } = answer
    const route = operation === undefined ? undefined : this.#app.routeOf(operation)
    if (route !== undefined) {
      span.updateName(`${methodOf(head)} ${route}`)
      span.setAttribute('http.route', route)
    }
    if (operation !== undefined) span.setAttribute('ashlar.operation', operation)
    span.setAttribute('http.response.status_code', status)
    if (this.#options.userId === true && user !== undefined) span.setAttribute('user.id', String(user.id))
    // What a client did wrong is its own failure, and not the server's.
    if (status < 500) {
      if (error !== undefined) span.setAttribute('ashlar.error.code', errorType(error))
    } else if (error === undefined) span.setAttribute('error.type', String(status))
    else recordError(this.#tools.api, span, error)
  }

  #parentOf(head: RequestHead): Context {
    const { context, propagation, ROOT_CONTEXT } = this.#tools.api
    if (this.#options.incoming === 'ignore') return ROOT_CONTEXT
    return propagation.extract(context.active(), head, HEADERS)
  }
}

/** Headers are looked up where they are, one by one: nobody lists them. */
const HEADERS = {
  get: (head: RequestHead, name: string): string | undefined => head.header(name),
  keys: (): string[] => [],
}

/** What a span is called before its path is known. */
function methodOf({ method }: RequestHead): string {
  const known = knownMethod(method)
  return known === method ? method : 'HTTP'
}

/** What samplers may look at. No query: credentials can be in it. */
function attributesOf(head: RequestHead, path: string): Attributes {
  const [name, port] = splitHost(head.host)
  return {
    'http.request.method': knownMethod(head.method),
    'url.path': path,
    'url.scheme': head.protocol,
    'server.address': name,
    ...(port !== undefined && { 'server.port': port }),
    'network.protocol.name': 'http',
  }
}

function splitHost(host: string): readonly [name: string, port: number | undefined] {
  const [, name = host, port] = /^(.*?)(?::(\d+))?$/.exec(host) ?? []
  return [name, port === undefined ? undefined : Number(port)]
}
