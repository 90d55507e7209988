// An app for several workers: each says who it is. Where the file of BROKEN is there, it cannot be loaded; with LOADING_MS that takes a while.
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createApp, route, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { rateLimit } from 'ashlar/limits'
import { z } from 'zod'

const { BROKEN = '', LIMITED = '', DRAIN_MS = '0', LOADING_MS = '' } = process.env
if (BROKEN !== '' && existsSync(BROKEN)) throw new Error('a release that is broken')
if (LOADING_MS !== '') {
  process.stdout.write(`loading ${process.pid}\n`)
  await sleep(Number(LOADING_MS))
}

const who = { worker: process.env['ASHLAR_WORKER'] ?? '', pid: process.pid }
const Who = z.object({ worker: z.string(), pid: z.int() })

export const app = createApp({
  title: 'Workers',
  version: '1.0.0',
  metrics: true,
  limits: { drainMs: Number(DRAIN_MS) },
  ...(LIMITED === '' ? {} : { limit: rateLimit({ max: 10, windowSeconds: 60 }) }),
  api: router('/api', {
    who: route.get('/who', { access: anyone, response: Who }, () => who),
    /** Takes its time; how much does not matter to who waits for it. */
    slow: route.get('/slow', { access: anyone, query: z.object({ ms: z.int() }), response: Who }, async ({ query }) => {
      process.stdout.write('handling\n')
      await sleep(query.ms)
      return who
    }),
    crash: route.post('/crash', { access: anyone, response: Who }, () => {
      setImmediate(() => void Promise.reject(new Error('a bug in the app')))
      return who
    }),
  }),
})
