import { afterEach, expect, test } from 'vitest'
import { silentProxy } from '../data/silent-proxy.fixture.ts'
import { redis, type Redis, type RedisOptions } from './redis.ts'

const { REDIS_URL } = process.env

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0)) await end()
})

async function started(options: RedisOptions): Promise<Redis> {
  const made = redis(options)
  await made.start?.()
  ended.unshift(() => made.stop?.())
  return made
}

test('without a URL, or with one of something else, it says what to write', () => {
  expect(() => redis({ url: '' })).toThrow(/set REDIS_URL/)
  expect(() => redis({ url: 'postgres://user:secret@host' })).toThrow(/takes redis:\/\//)
  expect(() => redis({ url: 'postgres://user:secret@host' })).not.toThrow(/secret/)
})

test('an app starts without it, and what needs it has an answer at once', async () => {
  const gone = await started({ url: 'redis://127.0.0.1:1' })
  await expect(gone.ask((client) => client.ping())).rejects.toMatchObject({ code: 'redis_unavailable', status: 503 })
})

test.skipIf(REDIS_URL === undefined)('commands are run, and a server that falls silent is unavailable', async () => {
  const proxy = await silentProxy(REDIS_URL!)
  ended.push(() => proxy.close())
  const part = await started({ url: proxy.url, timeoutMs: 100 })
  expect(await part.ask((client) => client.ping())).toBe('PONG')
  await part.check!(AbortSignal.timeout(1_000))
  proxy.silence()
  await expect(part.ask((client) => client.ping())).rejects.toMatchObject({ code: 'redis_unavailable' })
})

test.skipIf(REDIS_URL === undefined)(
  'a channel is heard, and after a lost connection its listeners are told',
  async () => {
    const proxy = await silentProxy(REDIS_URL!)
    ended.push(() => proxy.close())
    const [listening, speaking] = [await started({ url: proxy.url }), await started({ url: REDIS_URL! })]
    const heard = Promise.withResolvers<string>()
    const back = Promise.withResolvers<void>()
    await listening.subscribe('news', { message: heard.resolve, reconnected: back.resolve })
    await speaking.ask((client) => client.publish('ashlar:news', 'hello'))
    expect(await heard.promise).toBe('hello')
    proxy.cut()
    await back.promise
  },
)
