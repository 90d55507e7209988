import { z } from 'zod'
import { createApp, route, router, text } from 'ashlar'
import { anyone } from 'ashlar/access'
import { secretText, settings } from 'ashlar/settings'

const config = settings(
  z.object({ publicUrl: z.url(), apiKey: secretText(), retries: z.int().default(3), database: z.string().optional() }),
)

export const app = createApp({
  title: 'Settings',
  version: '1.0.0',
  settings: config,
  limits: { bodyBytes: 2048 },
  api: router('/api', { where: route.get('/where', { access: anyone, response: text }, () => config.publicUrl) }),
})
