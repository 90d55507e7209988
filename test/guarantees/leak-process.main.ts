// The program of GD10: an app with something of everything that lives for one request, and a count of what is left of it.
import { getEventListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { createApp, dependency, raw, route, router } from 'ashlar'
import { accessFor, anyone } from 'ashlar/access'
import { bearer } from 'ashlar/auth'
import { rateLimit } from 'ashlar/limits'
import { z } from 'zod'
import { kernelOf } from '../../src/app/internals.ts'

/** What is left of requests that are over. */
export interface Remains {
  readonly heapBytes: number
  readonly rssBytes: number
  readonly inFlight: number
  /** Transactions, leases and the like that were begun and not ended. */
  readonly held: number
  /** By name: events of the process, the signal that lives as long as the app. */
  readonly listeners: Readonly<Record<string, number>>
  /** Sockets, timers and whatever else keeps a process. */
  readonly resources: Readonly<Record<string, number>>
  readonly warnings: readonly string[]
}

let held = 0
let appSignal: AbortSignal | undefined
const warnings: string[] = []
process.on('warning', ({ name, message }) => void warnings.push(`${name}: ${message}`))
for (const event of ['uncaughtException', 'unhandledRejection'])
  process.on(event, (error: unknown) => void warnings.push(`${event}: ${String(error)}`))

const lives = dependency({ scope: 'app' }, ({ signal }) => {
  appSignal = signal
  return 'as long as the app'
})
const handled = dependency({ uses: { lives } }, async function* () {
  held += 1
  try {
    yield 'held'
  } finally {
    held -= 1
  }
})
const sent = dependency({ until: 'sent' }, function* () {
  held += 1
  try {
    yield 'held'
  } finally {
    held -= 1
  }
})
const { authenticated } = accessFor(bearer({ verify: (token) => (token === 'right' ? { id: 'ada' } : undefined) }))
const uses = { handled, sent }
const Thing = z.object({ name: z.string().min(2), size: z.int().optional() })

const app = createApp({
  title: 'Leaks',
  version: '1.0.0',
  environment: 'test',
  metrics: true,
  logs: { requests: true },
  logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  limit: rateLimit({ max: 1_000_000_000, windowSeconds: 60, by: 'address' }),
  limits: { headersTimeoutMs: 500, requestTimeoutMs: 1_000, keepAliveTimeoutMs: 1_000 },
  api: router('', {
    things: route.post(
      '/things',
      { access: anyone, uses, body: Thing, response: Thing, status: 201 },
      ({ body, after }) => {
        after(() => sleep(1))
        return body
      },
    ),
    text: route.get('/text', { access: anyone, uses, response: z.string() }, () => 'text '.repeat(1_000)),
    secret: route.get('/secret', { access: authenticated, uses }, () => undefined),
    wait: route.get('/wait', { access: anyone, uses }, ({ signal }) => sleep(20_000, undefined, { signal })),
    late: route.get('/late', { access: anyone, uses, timeoutMs: 20 }, ({ signal }) =>
      sleep(20_000, undefined, { signal }),
    ),
    fails: route.get('/fails', { access: anyone, uses }, () => {
      throw new Error('a bug')
    }),
    stream: route.get('/stream', { access: anyone, uses, response: raw }, () => new Response(endless())),
  }),
})

function ignore(): void {}

function endless(): ReadableStream<Uint8Array> {
  held += 1
  return new ReadableStream({
    pull: async (controller) => {
      await sleep(1)
      controller.enqueue(new Uint8Array(4_096))
    },
    cancel: () => void (held -= 1),
  })
}

function remains(): Remains {
  // What the first one frees may have held what the second one frees.
  for (let times = 0; times < 3; times += 1) globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  const names = process.eventNames().map((name): [string, number] => [String(name), process.listenerCount(name)])
  return {
    heapBytes: heapUsed + external,
    rssBytes: rss,
    inFlight: kernelOf(app).inFlight.size,
    held,
    listeners: {
      ...Object.fromEntries(names),
      'abort of the app': appSignal === undefined ? 0 : getEventListeners(appSignal, 'abort').length,
    },
    resources: counted(process.getActiveResourcesInfo()),
    warnings,
  }
}

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

process.on('message', (question: 'remains' | 'stop') => {
  if (question === 'remains') process.send?.(remains())
  // Nothing else may keep the process: it ends by itself, with 0.
  else void app.stop().then(() => process.disconnect?.())
})
const { port } = await app.listen({ port: 0, host: '127.0.0.1' })
process.send?.(port)
