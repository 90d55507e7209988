import { z } from 'zod'
import { createApp, route, router, text } from 'ashlar'
import { anyone } from 'ashlar/access'
import { database } from 'ashlar/data'
import { redis } from 'ashlar/redis'
import { secretText, settings } from 'ashlar/settings'

const config = settings(
  z.object({
    publicUrl: z.url().describe('where clients reach it'),
    apiKey: secretText(),
    databaseUrl: secretText(),
    port: z.int().default(8080),
    origins: z.array(z.string()).default(['https://a.example', 'https://b.example']),
    smtp: z.object({ host: z.string(), port: z.int().default(587) }).optional(),
  }),
)

export const app = createApp({
  title: 'To\ndeploy',
  version: '1.0.0',
  settings: config,
  database: database({ migrations: new URL('migrations', import.meta.url) }),
  redis: redis({ url: 'redis://127.0.0.1:6379' }),
  health: { livePath: '/alive', readyPath: '/ready' },
  metrics: true,
  limits: { shutdownTimeoutMs: 7_000 },
  api: router('/api', { hello: route.get('/hello', { access: anyone, response: text }, () => 'Hello') }),
})
