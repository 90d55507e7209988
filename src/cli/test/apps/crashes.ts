import { createApp, route, router } from 'ashlar'
import { anyone } from 'ashlar/access'

const crash = route.post('/crash', { access: anyone }, () => {
  setImmediate(() => {
    throw new Error('a bug in the app')
  })
})
const reject = route.post('/reject', { access: anyone }, () => {
  void Promise.reject(new Error('a promise nobody waits for'))
})

/** Its reports take a moment, as those to a service do; they are sent all the same. */
export const app = createApp({
  title: 'Crashes',
  version: '1.0.0',
  api: router('/api', { crash, reject }),
  onError: async ({ error, message, operation }) => {
    await new Promise((resolve) => setTimeout(resolve, 50))
    process.stdout.write(`${JSON.stringify({ msg: 'REPORT', message, operation, error: (error as Error).message })}\n`)
  },
})
