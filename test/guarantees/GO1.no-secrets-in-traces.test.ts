// GO1: what is sent to an SDK of OpenTelemetry and shown to Prometheus never has credentials, bodies or queries, whatever is sent and thrown.
import { context, propagation, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { createApp, type App, type Listening } from 'ashlar'
import { openTelemetry } from 'ashlar/observe'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auth, CANARY, leakyApi, leakyRequests } from './leaky-api.ts'
import { rawExchange } from './raw.ts'

const exporter = new InMemorySpanExporter()
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
let app: App
let at: Listening
beforeAll(async () => {
  provider.register()
  app = createApp({
    title: 'Leaky',
    version: '1.0.0',
    environment: 'test',
    auth,
    api: leakyApi(),
    metrics: true,
    tracing: openTelemetry({ userId: true }),
  })
  at = await app.listen({ port: 0 })
})
afterAll(async () => {
  await app.stop()
  await provider.shutdown()
  trace.disable()
  context.disable()
  propagation.disable()
})

test('secrets that are sent are in no span and no metric, though the app throws them (GO1)', async () => {
  for (const request of leakyRequests()) await rawExchange(at.port, request)
  const spans = exporter
    .getFinishedSpans()
    .map(({ name, attributes, events, status, links }) => ({ name, attributes, events, status, links }))
  const traces = JSON.stringify(spans)
  const metrics = await (await fetch(`${at.url}/metrics`)).text()
  // They did see all of it.
  expect(traces).toContain('GET /leaky/throws')
  expect(traces).toContain('/leaky/invitations/[redacted]')
  expect(traces).toContain('exception.stacktrace')
  expect(metrics).toContain('operation="throws",error_type="Error"')
  for (const text of [traces, metrics]) expect(text.includes(CANARY)).toBe(false)
})
