import { createApp, route, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { cache, cached } from 'ashlar/cache'
import { redis } from 'ashlar/redis'
import { z } from 'zod'

// One of the processes of E5.cache-stampede.test.ts: says when it listens, and each time something is made.
const [prefix = '', lasts = '0'] = process.argv.slice(2)

const made = async (what: string): Promise<readonly string[]> => {
  process.send?.({ made: what })
  await new Promise((resolve) => setTimeout(resolve, Number(lasts)))
  return [what, String(process.pid)]
}

const value = cached({ name: 'value', ttlSeconds: 60 }, (_, id: string) => made(`value ${id}`))
const answer = { access: anyone, response: z.array(z.string()) }
const app = createApp({
  title: 'Cached',
  version: '1.0.0',
  environment: 'test',
  // A busy machine turns nobody away here.
  overload: false,
  redis: redis({ prefix }),
  api: router('/', {
    answer: route.get('/answers/:id', { ...answer, cache: cache({ ttlSeconds: 60 }) }, ({ params }) =>
      made(`answer ${params.id}`),
    ),
    value: route.get('/values/:id', { ...answer, uses: { value } }, (context) => context.value(context.params.id)),
  }),
})
const { port } = await app.listen({ port: 0, host: '127.0.0.1' })
process.on('SIGTERM', () => {
  void app.stop().then(() => process.disconnect?.())
})
process.send?.({ port })
