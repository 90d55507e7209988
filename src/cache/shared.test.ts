import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { anyone } from '../core/access/index.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import { createApp } from '../app/create-app.ts'
import type { App } from '../app/app.ts'
import { silentProxy } from '../data/silent-proxy.fixture.ts'
import { redis, type Redis } from '../redis/index.ts'
import { cache, type CacheOptions } from './cache.ts'
import { cached } from './cached.ts'
import { invalidate } from './invalidate.ts'
import { passed } from './passed.fixture.ts'

const { REDIS_URL } = process.env

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
})

/** What several processes share, besides Redis. */
interface Source {
  value: string
  runs: number
  /** What a run waits for. */
  gate: Promise<void>
}

const source = (): Source => ({ value: 'first', runs: 0, gate: Promise.resolve() })

interface Instance {
  readonly app: App
  readonly store: Redis
  read(): Promise<string>
  readValue(): Promise<string>
  invalidate(): Promise<void>
}

/** One of several processes, as far as the cache is concerned: an app with a connection of its own. */
async function instance(
  of: Source,
  prefix: string,
  more: { url?: string; cache?: Partial<CacheOptions> } = {},
): Promise<Instance> {
  const made = async (): Promise<string[]> => {
    of.runs += 1
    const { value } = of
    await of.gate
    return [value]
  }
  const value = cached({ name: 'value', ttlSeconds: 60, tags: ['value'] }, made)
  const store = redis({ url: more.url ?? REDIS_URL!, prefix, timeoutMs: 300 })
  const answered = { access: anyone, response: z.array(z.string()) }
  const app = createApp({
    title: 'Test',
    version: '1.0.0',
    environment: 'test',
    logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    redis: store,
    api: router('/', {
      read: route.get('/', { ...answered, cache: cache({ ttlSeconds: 60, tags: ['value'], ...more.cache }) }, made),
      readValue: route.get('/value', { ...answered, uses: { value } }, (context) => context.value()),
      write: route.post('/', { access: anyone, uses: { invalidate } }, (context) => context.invalidate('value')),
    }),
  })
  await app.start()
  ended.push(() => app.stop())
  const ask = (path: string, method: string): Promise<Response> =>
    app.fetch(new Request(`http://localhost${path}`, { method }))
  const first = async (path: string): Promise<string> => ((await (await ask(path, 'GET')).json()) as [string])[0]
  return {
    app,
    store,
    read: () => first('/'),
    readValue: () => first('/value'),
    invalidate: async () => {
      expect((await ask('/', 'POST')).status).toBe(204)
    },
  }
}

const ownPrefix = (): string => `test-${randomUUID()}:`

async function flush(store: Redis): Promise<void> {
  const keys = await store.client.sendCommand<string[]>(['KEYS', `${store.prefix}*`])
  if (keys.length > 0) await store.client.del(keys)
}

describe.skipIf(REDIS_URL === undefined)('what is kept in Redis', () => {
  test('is made by one of all who ask at one time, in whatever process', async () => {
    const of = source()
    const gate = Promise.withResolvers<void>()
    of.gate = gate.promise
    const prefix = ownPrefix()
    const all = await Promise.all([instance(of, prefix), instance(of, prefix), instance(of, prefix)])
    const answers = all.flatMap((each) => [each.read(), each.read(), each.readValue(), each.readValue()])
    await vi.waitFor(() => expect(of.runs).toBe(2))
    gate.resolve()
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['first']))
    expect(of.runs).toBe(2)
    ended.push(() => flush(all[0].store))
  })

  test('outlives a process', async () => {
    const of = source()
    const prefix = ownPrefix()
    const first = await instance(of, prefix)
    await first.read()
    await first.readValue()
    await first.app.stop()
    of.value = 'second'
    const next = await instance(of, prefix)
    expect([await next.read(), await next.readValue(), of.runs]).toEqual(['first', 'first', 2])
    // And an app that is started again is one.
    await first.app.start()
    expect([await first.read(), of.runs]).toEqual(['first', 2])
  })

  test('is invalidated in all processes', async () => {
    const of = source()
    const prefix = ownPrefix()
    const [here, there] = [await instance(of, prefix), await instance(of, prefix)]
    for (const each of [here, there]) expect([await each.read(), await each.readValue()]).toEqual(['first', 'first'])
    of.value = 'second'
    await here.invalidate()
    expect([await here.read(), await here.readValue()]).toEqual(['second', 'second'])
    await vi.waitFor(async () => expect([await there.read(), await there.readValue()]).toEqual(['second', 'second']))
    expect(of.runs).toBe(4)
  })

  test('is not what one process has read before another one has invalidated it', async () => {
    const of = source()
    const prefix = ownPrefix()
    const [slow, quick] = [await instance(of, prefix), await instance(of, prefix)]
    const gate = Promise.withResolvers<void>()
    of.gate = gate.promise
    const before = slow.read()
    await vi.waitFor(() => expect(of.runs).toBe(1))
    of.value = 'second'
    await quick.invalidate()
    gate.resolve()
    expect(await before).toBe('first')
    expect([await quick.read(), await slow.read()]).toEqual(['second', 'second'])
  })

  test('may be flushed', async () => {
    const of = source()
    const prefix = ownPrefix()
    const [here, there] = [await instance(of, prefix), await instance(of, prefix)]
    await here.read()
    await flush(here.store)
    of.value = 'second'
    expect([await there.read(), of.runs]).toEqual(['second', 2])
    await there.invalidate()
    of.value = 'third'
    await vi.waitFor(async () => expect([await here.read(), await there.read()]).toEqual(['third', 'third']))
  })

  test('is renewed by one process after the response, while all send what is there', async () => {
    const of = source()
    const prefix = ownPrefix()
    const often = { cache: { ttlSeconds: 0.001, staleSeconds: 60 } }
    const all = await Promise.all([instance(of, prefix, often), instance(of, prefix, often)])
    expect(await all[0].read()).toBe('first')
    of.value = 'second'
    const gate = Promise.withResolvers<void>()
    of.gate = gate.promise
    await passed(2)
    // In process, a response is handed over when all that follows it is done.
    const first = all.map((each) => each.read())
    await vi.waitFor(() => expect(of.runs).toBe(2))
    for (const each of all) expect(await each.read()).toBe('first')
    expect(of.runs).toBe(2)
    gate.resolve()
    expect(await Promise.all(first)).toEqual(['first', 'first'])
    await vi.waitFor(async () => {
      for (const each of all) expect(await each.read()).toBe('second')
    }, 5_000)
  })

  test('is made by another one where the process that had begun has died', async () => {
    const of = source()
    const prefix = ownPrefix()
    const died = await instance(of, prefix)
    const gate = Promise.withResolvers<void>()
    of.gate = gate.promise
    const lost = died.read()
    await vi.waitFor(() => expect(of.runs).toBe(1))
    // Its lock is there and nobody holds it any more.
    const [lock] = (await died.store.client.sendCommand<string[]>(['KEYS', `${prefix}cache:*:lock`])) as [string]
    await died.store.client.set(lock, 'of nobody', { PX: 100 })
    of.gate = Promise.resolve()
    const next = await instance(of, prefix)
    expect([await next.read(), of.runs]).toEqual(['first', 2])
    gate.resolve()
    await lost
  })
})

describe.skipIf(REDIS_URL === undefined)('where Redis', () => {
  test('was never there, each process keeps its own', async () => {
    const of = source()
    const alone = await instance(of, ownPrefix(), { url: 'redis://127.0.0.1:1' })
    expect([await alone.read(), await alone.read(), await alone.readValue(), await alone.readValue()]).toEqual(
      Array.from({ length: 4 }, () => 'first'),
    )
    expect(of.runs).toBe(2)
    of.value = 'second'
    await alone.invalidate()
    expect(await alone.read()).toBe('second')
  })

  test('falls silent, answers go on, and it hears of what was invalidated once it is back', async () => {
    const of = source()
    const prefix = ownPrefix()
    const proxy = await silentProxy(REDIS_URL!)
    ended.push(() => proxy.close())
    const [cut, connected] = [await instance(of, prefix, { url: proxy.url }), await instance(of, prefix)]
    expect([await cut.read(), await connected.read()]).toEqual(['first', 'first'])
    proxy.silence()
    of.value = 'second'
    await cut.invalidate()
    expect(await cut.read()).toBe('second')
    expect(await connected.read()).toBe('first')
    proxy.speak()
    proxy.cut()
    await vi.waitFor(async () => expect(await connected.read()).toBe('second'), 10_000)
  })
})
