// A process of its own: requests at a fixed rate, whether the server keeps up or not, each given up after a while.
import { request, Agent } from 'node:http'

export interface OpenLoad {
  readonly url: string
  readonly perSecond: number
  readonly seconds: number
  /** An answer that comes later is of no use to anybody. */
  readonly patienceMs: number
}

export interface OpenLoadResult {
  /** Answers of 200 in time, each second. */
  readonly goodPerSecond: number
  readonly sentPerSecond: number
  readonly shed: number
  readonly late: number
  readonly failed: number
}

const load = JSON.parse(process.argv[2] ?? '{}') as OpenLoad
const TICK_MS = 5
const agent = new Agent({ keepAlive: true, maxSockets: 2_000 })
const counts = { sent: 0, good: 0, shed: 0, late: 0, failed: 0 }
const began = performance.now()
const until = began + load.seconds * 1000

function send(): void {
  counts.sent += 1
  const sentAt = performance.now()
  let isOver = false
  const over = (what: 'good' | 'shed' | 'late' | 'failed'): void => {
    if (!isOver) counts[what] += 1
    isOver = true
  }
  const asked = request(load.url, { agent, timeout: load.patienceMs }, (response) => {
    response.resume()
    response.on('end', () => {
      if (performance.now() - sentAt > load.patienceMs) over('late')
      else over(response.statusCode === 200 ? 'good' : 'shed')
    })
  })
  asked.on('timeout', () => {
    over('late')
    asked.destroy()
  })
  asked.on('error', () => over('failed'))
  asked.end()
}

const timer = setInterval(() => {
  const now = performance.now()
  const due = Math.floor((Math.min(now, until) - began) * (load.perSecond / 1000)) - counts.sent
  for (let i = 0; i < due; i += 1) send()
  if (now < until + load.patienceMs) return
  clearInterval(timer)
  const { sent, good, ...rest } = counts
  const result: OpenLoadResult = { goodPerSecond: good / load.seconds, sentPerSecond: sent / load.seconds, ...rest }
  console.log(JSON.stringify(result))
  process.exit(0)
}, TICK_MS)
