import { fork, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createApp, route, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { database, rateLimitCounters } from 'ashlar/data'
import { rateLimit } from 'ashlar/limits'
import { afterEach, expect, test } from 'vitest'
import { createTestDatabase } from '../../src/data/test-database.ts'
import { makeTables } from '../../src/limits/limits.fixture.ts'
import { get, rawExchange } from './raw.ts'

const { REDIS_URL } = process.env
const PROCESSES = 4
const REQUESTS = 1_000
const MAX = 3_000
const MEMBER = /^"[\w-]+";q=\d+;w=\d+;pk=:[\w+/]+:$/

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
})

const stores = ['database', ...(REDIS_URL === undefined ? [] : ['redis'])]

test.each(stores)(
  'twenty instances in four processes, a thousand requests each: exactly as many pass as the limit has, counted in %s (GL1)',
  { timeout: 120_000 },
  async (store) => {
    const where = store === 'redis' ? inRedis() : await inDatabase()
    const instances = (await Promise.all(Array.from({ length: PROCESSES }, () => start(where)))).flat()
    expect(instances).toHaveLength(20)
    const counts = await Promise.all(instances.map((port) => statusesOf(port, REQUESTS)))
    const all = counts.flat()
    expect(all).toHaveLength(20 * REQUESTS)
    expect(all.filter((status) => status === 204)).toHaveLength(MAX)
    // 503 only where a busy machine took longer than a count may.
    expect(all.filter((status) => status === 429 || status === 503)).toHaveLength(20 * REQUESTS - MAX)
  },
)

test('every answer says what the limit is and what is left of it, in structured fields, and a refusal when to come back (GL1)', async () => {
  const limit = [rateLimit({ max: 2, windowSeconds: 60 }), rateLimit({ max: 9, windowSeconds: 3_600, by: 'address' })]
  const read = route.get('/x', { access: anyone, limit }, () => undefined)
  const app = createApp({ title: 'T', version: '1', environment: 'test', api: router('', { read }) })
  ended.push(() => app.stop())
  const { port } = await app.listen({ port: 0, host: '127.0.0.1' })
  const texts: string[] = []
  for (let i = 0; i < 3; i += 1) texts.push((await rawExchange(port, get('/x'))).text)
  for (const text of texts) {
    const members = field(text, 'ratelimit-policy')!.split(', ')
    expect(members).toEqual([expect.stringMatching(MEMBER), expect.stringMatching(MEMBER)])
  }
  expect(texts.map((text) => field(text, 'ratelimit')!.match(/r=\d/g))).toEqual([
    ['r=8', 'r=1'],
    ['r=7', 'r=0'],
    ['r=6', 'r=0'],
  ])
  expect(texts.map((text) => text.slice(9, 12))).toEqual(['204', '204', '429'])
  expect(Number(field(texts[2]!, 'retry-after'))).toBeGreaterThan(0)
  expect(field(texts[0]!, 'retry-after')).toBe(undefined)
})

function inRedis(): Record<string, string> {
  return { redisUrl: REDIS_URL!, prefix: `gl1-${randomBytes(6).toString('hex')}:` }
}

async function inDatabase(): Promise<Record<string, string>> {
  const made = await createTestDatabase(database({ schema: { rateLimitCounters } }))
  ended.push(() => made.drop())
  await makeTables(made.database)
  return { databaseUrl: made.url }
}

/** Ports of the apps of one more process. */
async function start(where: Record<string, string>): Promise<readonly number[]> {
  const child: ChildProcess = fork(fileURLToPath(new URL('limited-process.main.ts', import.meta.url)), {
    execArgv: ['--conditions=ashlar-source'],
    env: { ...process.env, ...where, max: String(MAX) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const exited = once(child, 'exit')
  ended.push(async () => {
    child.send('stop')
    await exited
  })
  return ((await once(child, 'message')) as [readonly number[]])[0]
}

/** The status of each answer to so many requests, sent at once on one connection. */
function statusesOf(port: number, count: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(get('/x', { connection: 'keep-alive' }).repeat(count - 1) + get('/x'))
    })
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    socket.on('error', reject)
    socket.on('close', () => resolve([...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))))
  })
}

function field(text: string, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)\r$`, 'im').exec(text)?.[1]
}
