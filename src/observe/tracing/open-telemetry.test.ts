import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  InMemorySpanExporter,
  NodeTracerProvider,
  ParentBasedSampler,
  SimpleSpanProcessor,
  type ReadableSpan,
  type Sampler,
} from '@opentelemetry/sdk-trace-node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { accessFor, anyone } from '../../core/access/index.ts'
import { dependency } from '../../core/dependency.ts'
import { NotFound } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import { runningRequest } from '../../core/running-request.ts'
import type { AppDefinition } from '../../app/definition.ts'
import { serving, type Serving } from '../../app/serving.fixture.ts'
import { currentLog } from '../../http/kernel.ts'
import { openTelemetry, tracedFetch } from '../index.ts'
import type { OpenTelemetryApi } from './load-api.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'
const CANARY = 'canary-secret'

let exporter: InMemorySpanExporter
let provider: NodeTracerProvider

/** The SDK of an app, as it starts one. */
function start(sampler: Sampler = new AlwaysOnSampler()): void {
  exporter = new InMemorySpanExporter()
  provider = new NodeTracerProvider({ sampler, spanProcessors: [new SimpleSpanProcessor(exporter)] })
  provider.register()
}

beforeEach(() => start())
afterEach(async () => {
  await provider.shutdown()
  trace.disable()
  context.disable()
  propagation.disable()
})

const work = (name: string): Promise<void> =>
  trace.getTracer('app').startActiveSpan(name, async (span) => {
    await Promise.resolve()
    span.end()
  })

const slow = dependency({ name: 'slow' }, async () => {
  await work('inside the dependency')
  return 1
})
const staff = accessFor({
  kind: 'authenticator',
  name: 'staff',
  scheme: { type: 'http', scheme: 'bearer' },
  challenge: 'Bearer',
  uses: {},
  authenticate: () => ({ id: 42 }),
})
const api = router('/', {
  read: route.get('/things/:id', { access: anyone, uses: { slow } }, async () => {
    await work('inside the handler')
    runningRequest.getStore()?.trace?.note('cache', 'things', { hit: true })
  }),
  missing: route.get('/missing', { access: anyone, errors: [NotFound] }, () => {
    throw new NotFound(CANARY)
  }),
  fails: route.post('/fails', { access: anyone }, () => {
    throw new RangeError(CANARY)
  }),
  mine: route.get('/mine', { access: staff.authenticated }, () => currentLog()?.info({}, 'mine')),
  calls: route.get('/calls/:port', { access: anyone }, async ({ request }) => {
    const response = await tracedFetch(`http://127.0.0.1:${request.path.split('/')[2]}/there?token=${CANARY}`)
    await response.text()
  }),
})

const traced = (options?: Parameters<typeof openTelemetry>[0], more: Partial<AppDefinition> = {}): Promise<Serving> =>
  serving(api, { tracing: openTelemetry(options), ...more })

async function ask(t: Serving, path: string, headers: Readonly<Record<string, string>> = {}): Promise<ReadableSpan[]> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  await t.send(`${path} HTTP/1.1\r\nhost: localhost\r\n${lines.join('')}content-length: 0\r\nconnection: close\r\n\r\n`)
  return exporter.getFinishedSpans()
}

const find = (spans: readonly ReadableSpan[], name: string): ReadableSpan => {
  const found = spans.find((span) => span.name === name)
  if (found === undefined) throw new Error(`no span "${name}" among ${spans.map((each) => each.name).join(', ')}`)
  return found
}
const parentOf = (span: ReadableSpan): string | undefined => span.parentSpanContext?.spanId
const idOf = (span: ReadableSpan): string => span.spanContext().spanId

test('a request is a span named by its method and path template, with the attributes of OpenTelemetry', async () => {
  await using t = await traced()
  const spans = await ask(t, `GET /things/7?token=${CANARY}`)
  const server = find(spans, 'GET /things/:id')
  expect(server.kind).toBe(1)
  expect(server.attributes).toEqual({
    'http.request.method': 'GET',
    'http.route': '/things/:id',
    'http.response.status_code': 204,
    'url.path': '/things/7',
    'url.scheme': 'http',
    'server.address': 'localhost',
    'network.protocol.name': 'http',
    'ashlar.operation': 'read',
  })
  expect(server.events).toEqual([])
})

test('an SDK that is started after the app was put together, with another copy of the API, is found', async () => {
  trace.disable()
  await using t = await traced()
  expect(await ask(t, 'GET /things/1')).toEqual([])
  const copy = anotherCopy()
  copy.trace.setGlobalTracerProvider(provider)
  expect(find(await ask(t, 'GET /things/2'), 'GET /things/:id')).toBeDefined()
  copy.trace.disable()
})

/** As an app has one whose SDK is an ECMAScript module. */
function anotherCopy(): OpenTelemetryApi {
  const require = createRequire(import.meta.url)
  for (const file of Object.keys(require.cache)) if (/@opentelemetry.api.build/.test(file)) delete require.cache[file]
  return require('@opentelemetry/api') as OpenTelemetryApi
}

test("dependencies and the handler are its children, and spans of the app's own code are theirs", async () => {
  await using t = await traced()
  const spans = await ask(t, 'GET /things/7')
  const server = find(spans, 'GET /things/:id')
  const step = find(spans, 'dependency slow')
  const handler = find(spans, 'handler read')
  expect([parentOf(step), parentOf(handler)]).toEqual([idOf(server), idOf(server)])
  expect(parentOf(find(spans, 'inside the dependency'))).toBe(idOf(step))
  expect(parentOf(find(spans, 'inside the handler'))).toBe(idOf(handler))
  expect(handler.events.map(({ name, attributes }) => ({ name, attributes }))).toEqual([
    { name: 'cache things', attributes: { 'ashlar.cache': 'things', hit: true } },
  ])
  expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1)
})

test('a trace that a request belongs to goes on, unless what comes in is to be ignored', async () => {
  const headers = { traceparent: `00-${TRACE}-${PARENT}-01` }
  await using t = await traced()
  const server = find(await ask(t, 'GET /things/7', headers), 'GET /things/:id')
  expect([server.spanContext().traceId, parentOf(server)]).toEqual([TRACE, PARENT])
  await using closed = await traced({ incoming: 'ignore' })
  exporter.reset()
  const own = find(await ask(closed, 'GET /things/7', headers), 'GET /things/:id')
  expect(own.spanContext().traceId).not.toBe(TRACE)
  expect(parentOf(own)).toBeUndefined()
})

test('a trace that is not kept costs no spans, and neither do those of the code within it', async () => {
  await provider.shutdown()
  trace.disable()
  start(new ParentBasedSampler({ root: new AlwaysOnSampler() }))
  await using t = await traced()
  expect(await ask(t, 'GET /things/7', { traceparent: `00-${TRACE}-${PARENT}-00` })).toEqual([])
  trace.disable()
  start(new AlwaysOffSampler())
  await using off = await traced()
  expect(await ask(off, 'GET /things/7')).toEqual([])
})

test('failures are told by what they are and where, and not by what they say; a 4xx is no failure', async () => {
  await using t = await traced()
  const failed = find(await ask(t, 'POST /fails'), 'POST /fails')
  expect(failed.status).toEqual({ code: 2 })
  expect(failed.attributes).toMatchObject({ 'error.type': 'RangeError', 'http.response.status_code': 500 })
  expect(failed.events).toMatchObject([{ name: 'exception', attributes: { 'exception.type': 'RangeError' } }])
  expect(failed.events[0]?.attributes?.['exception.stacktrace']).toContain('open-telemetry.test.ts')
  const missing = find(await ask(t, 'GET /missing'), 'GET /missing')
  expect(missing.status.code).toBe(0)
  expect(missing.attributes).toMatchObject({ 'ashlar.error.code': 'not_found', 'http.response.status_code': 404 })
})

test('paths and methods that nobody declared have no name of their own', async () => {
  await using t = await traced()
  const names = [...(await ask(t, 'GET /nowhere/canary')), ...(await ask(t, 'PURGE /x'))].map(({ name }) => name)
  expect(new Set(names)).toEqual(new Set(['GET', 'HTTP']))
})

test('who calls is told only where that is wanted', async () => {
  await using t = await traced()
  expect(find(await ask(t, 'GET /mine'), 'GET /mine').attributes).not.toHaveProperty(['user.id'])
  exporter.reset()
  await using named = await traced({ userId: true })
  expect(find(await ask(named, 'GET /mine'), 'GET /mine').attributes).toMatchObject({ 'user.id': '42' })
})

test('lines of the log say which trace they belong to', async () => {
  const lines: object[] = []
  const silent = (): void => undefined
  const logger = { debug: silent, info: (fields: object) => void lines.push(fields), warn: silent, error: silent }
  await using t = await traced({}, { logger })
  const server = find(await ask(t, 'GET /mine'), 'GET /mine')
  const { traceId, spanId } = server.spanContext()
  expect(lines).toContainEqual(expect.objectContaining({ operation: 'mine', traceId, spanId }))
})

test('probes have no traces', async () => {
  await using t = await traced()
  await ask(t, 'GET /healthz')
  expect(await ask(t, 'GET /readyz')).toEqual([])
})

test('a call to somewhere else is a span, and takes the trace along, but neither baggage nor secrets', async () => {
  const heard: Record<string, unknown>[] = []
  const server = createServer((request, response) => {
    heard.push(request.headers)
    response.end('there')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await using t = await traced()
  const headers = { traceparent: `00-${TRACE}-${PARENT}-01`, baggage: 'tenant=acme' }
  const spans = await ask(t, `GET /calls/${port}`, headers)
  const call = find(spans, 'GET 127.0.0.1')
  expect(call.kind).toBe(2)
  expect(parentOf(call)).toBe(idOf(find(spans, 'handler calls')))
  expect(call.attributes).toMatchObject({ 'server.port': port, 'url.full': `http://127.0.0.1:${port}/there` })
  expect(heard).toEqual([expect.objectContaining({ traceparent: `00-${TRACE}-${idOf(call)}-01` })])
  expect(heard[0]).not.toHaveProperty('baggage')
  await using shared = await traced({ baggage: true })
  await ask(shared, `GET /calls/${port}`, headers)
  expect(heard[1]).toMatchObject({ baggage: 'tenant=acme' })
  server.close()
})

test('outside of requests, and without traces, a call is a fetch', async () => {
  const heard: Record<string, unknown>[] = []
  const server = createServer((request, response) => {
    heard.push(request.headers)
    response.end('there')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  expect(await (await tracedFetch(`http://127.0.0.1:${port}/`)).text()).toBe('there')
  await using t = await serving(api)
  await t.send(`GET /calls/${port} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
  expect(heard).toHaveLength(2)
  for (const headers of heard) expect(headers).not.toHaveProperty('traceparent')
  server.close()
})

test('credentials, headers, queries and bodies are nowhere in a trace', async () => {
  await using t = await traced({ userId: true })
  const body = JSON.stringify({ password: CANARY })
  await t.send(
    `POST /fails?api_key=${CANARY} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${CANARY}\r\ncookie: session=${CANARY}\r\n` +
      `x-api-key: ${CANARY}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  )
  const shown = exporter.getFinishedSpans().map(({ name, attributes, events, status, links }) => ({
    name,
    attributes,
    events,
    status,
    links,
  }))
  expect(shown.length).toBeGreaterThan(0)
  expect(JSON.stringify(shown)).not.toContain(CANARY)
})

test('without a context manager the steps of a request are still its own', async () => {
  context.disable()
  await using t = await traced()
  const spans = await ask(t, 'GET /things/7')
  const server = find(spans, 'GET /things/:id')
  expect(parentOf(find(spans, 'handler read'))).toBe(idOf(server))
  expect(trace.getSpan(ROOT_CONTEXT)).toBeUndefined()
})

test('without an SDK requests are answered as ever', async () => {
  await provider.shutdown()
  trace.disable()
  context.disable()
  await using t = await traced()
  expect(await t.send('GET /things/7 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')).toMatch(
    /^HTTP\/1.1 204 /,
  )
})
