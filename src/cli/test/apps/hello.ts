import { once } from 'node:events'
import { createApp, route, router } from 'ashlar'
import { anyone, authenticated, role } from 'ashlar/access'
import { bearer } from 'ashlar/auth'
import { z } from 'zod'

/** Answers when the process has been told to stop, so that it is in flight then. */
const lingering = route.get('/lingering', { access: anyone, response: z.string() }, async () => {
  process.stdout.write('handling\n')
  await once(process, 'SIGTERM')
  return 'finished'
})
const endless = route.get('/endless', { access: anyone, response: z.string() }, () => {
  process.stdout.write('handling\n')
  return new Promise<string>(() => undefined)
})
const crash = route.post('/crash', { access: anyone }, () => {
  setImmediate(() => {
    throw new Error('a bug in the app')
  })
})

export const app = createApp({
  title: 'Hello',
  version: '1.2.3',
  auth: [bearer({ verify: () => ({ id: 'ada' }) })],
  api: router('/api', {
    hello: route.get('/hello', { access: anyone, response: z.string() }, () => 'hello'),
    lingering,
    endless,
    crash,
    admin: router(
      '/admin',
      { access: authenticated },
      {
        purge: route.delete('/posts/:id', { access: role('admin'), deprecated: true }, () => undefined),
      },
    ),
  }),
})
