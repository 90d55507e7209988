import { z } from 'zod'
import { createApp, route, router, text } from 'ashlar'
import { anyone } from 'ashlar/access'
import { rateLimit } from 'ashlar/limits'
import { secretText, settings } from 'ashlar/settings'

const config = settings(
  z.object({ publicUrl: z.url(), apiKey: secretText(), retries: z.int().default(3), database: z.string().optional() }),
)

export const app = createApp({
  title: 'Settings',
  version: '1.0.0',
  settings: config,
  limits: { bodyBytes: 2048 },
  cors: { origins: ['https://a.example', 'https://b.example'], credentials: true },
  frontend: new URL('pages', import.meta.url),
  limit: [rateLimit({ max: 9, windowSeconds: 60, name: 'burst' }), rateLimit({ max: 99, windowSeconds: 3_600 })],
  metrics: { token: 'a token of the code' },
  api: router('/api', { where: route.get('/where', { access: anyone, response: text }, () => config.publicUrl) }),
})
