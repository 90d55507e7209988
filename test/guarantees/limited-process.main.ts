import { createApp, route, router, type AppDefinition } from 'ashlar'
import { anyone } from 'ashlar/access'
import { database, rateLimitCounters } from 'ashlar/data'
import { rateLimit } from 'ashlar/limits'
import { redis } from 'ashlar/redis'

// The program that the test of GL1 runs several of: a few apps of one process, each with connections of its own, and a limit that all processes share.
const { max = '', databaseUrl = '', redisUrl = '', prefix = '' } = process.env
const APPS = 5

const quiet = (): void => undefined
const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet }
// Closed: a server that is too busy to count in time lets nobody pass uncounted.
const limit = rateLimit({ max: Number(max), windowSeconds: 3_600, by: () => 'everybody', failure: 'closed' })
const api = router('/x', { limited: route.get('/', { access: anyone, limit }, () => undefined) })

function store(): Partial<AppDefinition> {
  if (redisUrl !== '') return { redis: redis({ url: redisUrl, prefix }) }
  return { database: database({ url: databaseUrl, schema: { rateLimitCounters } }) }
}

const apps = Array.from({ length: APPS }, () =>
  createApp({ title: 'Limited', version: '1.0.0', environment: 'test', logger, ...store(), api }),
)
const ports: number[] = []
for (const app of apps) ports.push((await app.listen({ port: 0, host: '127.0.0.1' })).port)
process.send?.(ports)
process.once('message', () => {
  void Promise.all(apps.map((app) => app.stop())).then(() => process.disconnect?.())
})
