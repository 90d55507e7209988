// The app of GD9, in a process whose clock can be set: by messages, which change what `Date` says, or from outside by libfaketime.
import { setTimeout as delay } from 'node:timers/promises'
import { createApp, route, router, text } from 'ashlar'
import { anyone, authenticated } from 'ashlar/access'
import { jwtTokens } from 'ashlar/auth'
import { cache } from 'ashlar/cache'
import { rateLimit } from 'ashlar/limits'
import { z } from 'zod'

const { CLOCK_SECRET = '' } = process.env
const tokens = jwtTokens({ secret: CLOCK_SECRET, user: ({ sub }) => ({ id: sub ?? '' }) })
const limit = rateLimit({ max: 3, windowSeconds: 60, by: () => 'everybody' })
let made = 0

const app = createApp({
  title: 'Clock',
  version: '1.0.0',
  environment: 'test',
  logs: false,
  auth: [tokens.authenticator],
  api: router('', {
    issue: route.get('/issue', { access: anyone, response: text }, () => tokens.issue({ sub: 'ada' })),
    me: route.get('/me', { access: authenticated, response: text }, () => 'ada'),
    now: route.get('/now', { access: anyone, response: z.number() }, () => Date.now()),
    limited: route.get('/limited', { access: anyone, limit, response: text }, () => 'counted'),
    kept: route.get(
      '/kept',
      { access: anyone, cache: cache({ ttlSeconds: 600 }), response: z.int() },
      () => (made += 1),
    ),
    brief: route.get('/brief', { access: anyone, timeoutMs: 20_000, response: text }, async () => {
      process.send?.('working')
      await delay(300)
      return 'done'
    }),
    hanging: route.get('/hanging', { access: anyone, timeoutMs: 300 }, () => {
      process.send?.('working')
      return new Promise<void>(() => undefined)
    }),
  }),
})

const RealDate = Date
process.on('message', (stepMs: number) => {
  const now = (): number => RealDate.now() + stepMs
  globalThis.Date = new Proxy(RealDate, {
    get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
    construct: (target, args: [], given) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, given) as Date,
  })
  process.send?.('stepped')
})
const { port } = await app.listen({ port: 0, host: '127.0.0.1' })
process.send?.(port)
