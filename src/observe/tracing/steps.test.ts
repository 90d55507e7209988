import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { context, propagation, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { get as asked, serving } from '../../app/serving.fixture.ts'
import { cached } from '../../cache/index.ts'
import { anyone } from '../../core/access/index.ts'
import { dependency } from '../../core/dependency.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import { rateLimit } from '../../limits/index.ts'
import { openTelemetry, tracedFetch } from '../index.ts'

let exporter: InMemorySpanExporter
let provider: NodeTracerProvider
beforeEach(() => {
  exporter = new InMemorySpanExporter()
  provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  provider.register()
})
afterEach(async () => {
  await provider.shutdown()
  trace.disable()
  context.disable()
  propagation.disable()
})

const other = createServer((request, response) => {
  response.writeHead(Number(request.url?.slice(1))).end()
})
beforeAll(() => new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', resolve)))
afterAll(() => void other.close())

const rate = cached({ name: 'rate', ttlSeconds: 60 }, async () => Promise.resolve(1.1))
const few = rateLimit({ name: 'few', max: 10, windowSeconds: 60, by: 'address' })
const api = router('/', {
  limited: route.get('/limited', { access: anyone, limit: few }, () => undefined),
  rates: route.get('/rates', { access: anyone, uses: { rate } }, async ({ rate: read }) => void (await read())),
  plain: route.get('/plain', { access: anyone, uses: { today: dependency(() => new Date()) } }, () => undefined),
  calls: route.get('/calls/:status', { access: anyone }, async ({ params }) => {
    const { port } = other.address() as AddressInfo
    await tracedFetch(`http://127.0.0.1:${port}/${params.status}`)
  }),
})

test('a limit is a step, and so is a value that is not in the cache; one that is there is an event', async () => {
  await using t = await serving(api, { tracing: openTelemetry() })
  for (const path of ['/limited', '/rates', '/rates']) await t.send(asked(path))
  const spans = exporter.getFinishedSpans()
  expect(spans.map(({ name }) => name).filter((name) => /^(limit|cache)/.test(name))).toEqual([
    'limit few',
    'cache rate',
  ])
  expect(spans.find(({ name }) => name === 'cache rate')?.attributes).toEqual({ 'ashlar.cache': 'rate', hit: false })
  const events = spans.flatMap((span) => span.events.map((event) => [span.name, event.name, event.attributes]))
  expect(events).toEqual([['handler rates', 'cache rate', { 'ashlar.cache': 'rate', hit: true, stale: false }]])
})

test('a dependency without a name of its own has that by which it is used', async () => {
  await using t = await serving(api, { tracing: openTelemetry() })
  await t.send(asked('/plain'))
  expect(exporter.getFinishedSpans().map(({ name }) => name)).toContain('dependency today')
})

test('a call to somewhere else has the status of its answer, and one that is refused is a failure', async () => {
  await using t = await serving(api, { tracing: openTelemetry() })
  for (const path of ['/calls/204', '/calls/404']) await t.send(asked(path))
  const calls = exporter.getFinishedSpans().filter(({ name }) => name === 'GET 127.0.0.1')
  expect(
    calls.map(({ attributes, status }) => [
      attributes['http.response.status_code'],
      attributes['error.type'],
      status.code,
    ]),
  ).toEqual([
    [204, undefined, 0],
    [404, '404', 2],
  ])
})
