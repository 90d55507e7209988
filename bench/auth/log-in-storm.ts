import { Agent } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { RunningServer } from '../server-process.ts'
import { post, send } from './client.ts'
import { PASSWORD, USERS } from './plan.ts'

/** Others who use the app meanwhile, each with a pause between two requests. */
const OTHERS = 8
const PAUSE_MS = 5

export interface Storm {
  readonly seconds: number
  /** Log-ins that were answered with a session, and those that were told to come back later. */
  readonly loggedIn: number
  readonly deferred: number
  readonly requests: number
  readonly p99Ms: number
  readonly memoryGrowthMiB: number
}

/** So many log-ins at once, while others read with tokens they have. */
export async function logInStorm(server: RunningServer, token: string, logIns: number): Promise<Storm> {
  const before = server.memoryMiB()
  let peak = before
  const over = new AbortController()
  const latencies: number[] = []
  const agent = new Agent({ keepAlive: true })
  const others = Array.from({ length: OTHERS }, async () => {
    while (!over.signal.aborted) {
      const started = performance.now()
      const { status } = await send(server.origin, '/guarded', { agent, headers: { authorization: `Bearer ${token}` } })
      if (status !== 200) throw new Error(`A request beside the log-ins was answered ${status}.`)
      latencies.push(performance.now() - started)
      await delay(PAUSE_MS)
    }
  })
  const watching = (async () => {
    while (!over.signal.aborted) {
      peak = Math.max(peak, server.memoryMiB())
      await delay(50)
    }
  })()
  const started = performance.now()
  const crowd = new Agent({ keepAlive: false })
  const loggingIn = Array.from({ length: logIns }, (_, index) =>
    post(server.origin, '/auth/login', { email: `user${index % USERS}@example.com`, password: PASSWORD }, crowd),
  )
  const all = Promise.all(loggingIn).finally(() => over.abort())
  const [answers] = await Promise.all([all, watching, ...others])
  const seconds = (performance.now() - started) / 1000
  agent.destroy()
  const count = (wanted: readonly number[]): number => answers.filter(({ status }) => wanted.includes(status)).length
  const [loggedIn, deferred] = [count([200]), count([429, 503])]
  if (loggedIn + deferred !== logIns || loggedIn === 0)
    throw new Error(`Log-ins were answered ${[...new Set(answers.map(({ status }) => status))].join(', ')}.`)
  latencies.sort((a, b) => a - b)
  const p99Ms = latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN
  return { seconds, loggedIn, deferred, requests: latencies.length, p99Ms, memoryGrowthMiB: peak - before }
}
