// What the line of a request costs: CPU for each, on top of the same request without one. Run: node --conditions=ashlar-source bench/observe/log-lines.ts > /dev/null
import { createApp, route, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { pino } from 'pino'
import { z } from 'zod'

const ROUNDS = 5
const REQUESTS = 40_000

const read = route.get('/posts/:id', { access: anyone, response: z.string() }, ({ params }) => params.id)
const base = {
  title: 'Bench',
  version: '1.0.0',
  environment: 'production' as const,
  allowedHosts: ['localhost'],
  api: router('/api', { read }),
}

const apps = {
  'no line': createApp({ ...base, logs: false }),
  'a line': createApp(base),
  'a line by a pino of your own': createApp({ ...base, logger: pino() }),
}

async function cpuPerRequest(app: (typeof apps)['no line']): Promise<number> {
  const before = process.cpuUsage()
  for (let i = 0; i < REQUESTS; i += 100)
    await Promise.all(Array.from({ length: 100 }, () => app.fetch(new Request('http://localhost/api/posts/42'))))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / REQUESTS
}

const best = new Map<string, number>()
for (let round = 0; round < ROUNDS; round++)
  for (const [name, app] of Object.entries(apps))
    best.set(name, Math.min(best.get(name) ?? Infinity, await cpuPerRequest(app)))
const bare = best.get('no line') ?? 0
for (const [name, cost] of best)
  process.stderr.write(`${name}: ${cost.toFixed(2)} us per request, ${(cost - bare).toFixed(2)} us more\n`)
