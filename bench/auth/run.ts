// npm run bench:auth -- [--quick]
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Client } from 'pg'
import { median, printGoals, type Goal } from '../goal.ts'
import { freePort, startServer, type RunningServer } from '../server-process.ts'
import { post } from './client.ts'
import { firstSeenMicros } from './first-seen.ts'
import { logInStorm } from './log-in-storm.ts'
import type { SigningName } from './plan.ts'
import { ratiosOf } from './ratios.ts'

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
if (process.platform !== 'linux') throw new Error('bench:auth reads CPU time from /proc and runs on Linux only.')
const rounds = options.quick ? 2 : 10
const firstSeenTokens = options.quick ? 1000 : 5000
const logIns = options.quick ? 50 : 500

const firstSeen: Record<string, number> = {}
const ratios = await withServer('EdDSA', async (server) => {
  const measured = await ratiosOf(server, await tokenOf(server), rounds)
  firstSeen['EdDSA'] = await firstSeenMicros(server, firstSeenTokens)
  return measured
})
for (const signing of ['ES256', 'HS256'] as const)
  await withServer(signing, async (server) => {
    firstSeen[signing] = await firstSeenMicros(server, firstSeenTokens)
  })
const storm = await withServer('EdDSA', async (server) => logInStorm(server, await tokenOf(server), logIns))

console.log(
  `authenticated GET against the same open, CPU: median ${median(ratios).toFixed(3)}x, from ${Math.min(...ratios).toFixed(3)}x to ${Math.max(...ratios).toFixed(3)}x`,
)
for (const [signing, micros] of Object.entries(firstSeen))
  console.log(`first-seen token, ${signing}: ${micros.toFixed(0)} us of CPU more than a remembered one`)
console.log(
  `${logIns} log-ins at once: ${storm.loggedIn} logged in and ${storm.deferred} told to come back, in ${storm.seconds.toFixed(1)} s; ${storm.requests} other requests meanwhile`,
)
const goals: readonly Goal[] = [
  atMost('authenticated GET, CPU against the same open', {
    measured: median(ratios),
    limit: 1.15,
    digits: 3,
    unit: 'x',
  }),
  atMost(`p99 of others while ${logIns} log in`, { measured: storm.p99Ms, limit: 250, digits: 0, unit: ' ms' }),
  atMost(`memory that ${logIns} log-ins take`, {
    measured: storm.memoryGrowthMiB,
    limit: 256,
    digits: 0,
    unit: ' MiB',
  }),
]
if (!options.quick) await record()
printGoals(goals)

interface Limit {
  readonly measured: number
  readonly limit: number
  readonly digits: number
  readonly unit: string
}

function atMost(name: string, { measured, limit, digits, unit }: Limit): Goal {
  const shown = `${measured.toFixed(digits)}${unit}`
  return { name, measured: shown, asked: `at most ${limit}${unit}`, holds: measured <= limit }
}

/** One server at a time, on a database of its own. */
async function withServer<T>(signing: SigningName, work: (server: RunningServer) => Promise<T>): Promise<T> {
  const given = new URL(process.env['DATABASE_URL'] ?? 'postgres://127.0.0.1:5432/postgres')
  const client = new Client({ connectionString: given.href })
  await client.connect()
  const name = `ashlar_bench_auth_${process.pid}`
  await client.query(`create database ${name}`)
  try {
    const url = new URL(given)
    url.pathname = `/${name}`
    const command = [process.execPath, '--conditions=ashlar-source', join(import.meta.dirname, 'app.ts')]
    const env = { DATABASE_URL: url.href, SIGNING: signing }
    const server = await startServer(
      { name: signing, command, cwd: import.meta.dirname, env },
      await freePort(),
      '/open',
    )
    try {
      return await work(server)
    } finally {
      await server.stop()
    }
  } finally {
    await client.query(`drop database ${name} with (force)`)
    await client.end()
  }
}

async function tokenOf(server: RunningServer): Promise<string> {
  const { body } = await post(server.origin, '/tokens', { count: 1 })
  return (JSON.parse(body) as readonly string[])[0]!
}

async function record(): Promise<void> {
  const folder = join(import.meta.dirname, '..', 'results')
  await mkdir(folder, { recursive: true })
  const result = {
    node: process.version,
    cpu: cpus()[0]?.model,
    rounds,
    ratios,
    firstSeenMicros: firstSeen,
    storm,
    goals,
  }
  await writeFile(join(folder, 'auth.json'), `${JSON.stringify(result, null, 2)}\n`)
}
