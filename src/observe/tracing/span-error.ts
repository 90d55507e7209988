import type { Span } from '@opentelemetry/api'
import { errorType } from '../error-type.ts'
import type { OpenTelemetryApi } from './load-api.ts'

/** Lines of a stack that a trace keeps. */
const FRAMES = 30

/** Says what failed and where. Not the message: it can have values in it that are nobody's business. */
export function recordError(api: OpenTelemetryApi, span: Span, error: unknown): void {
  const type = errorType(error)
  span.setAttribute('error.type', type)
  span.setStatus({ code: api.SpanStatusCode.ERROR })
  span.addEvent('exception', { 'exception.type': type, 'exception.stacktrace': framesOf(error) })
}

/** Where it was thrown, without its message. */
function framesOf(error: unknown): string {
  if (!(error instanceof Error) || error.stack === undefined) return ''
  const frames = error.stack.split('\n').filter((line) => /^\s+at /.test(line))
  return frames.slice(0, FRAMES).join('\n')
}
