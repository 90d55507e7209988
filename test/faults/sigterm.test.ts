import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keepAliveClient } from '../guarantees/keep-alive-client.ts'
import { LONG, measured } from './goals.ts'
import { Load, ORDINARY } from './load.ts'
import { ordinaryApp } from './ordinary-app.ts'
import { ownPostgres, type OwnPostgres } from './own-postgres.ts'
import { programPath } from './programs.ts'

const CONNECTIONS = 200
const LIMIT_MS = 120_000
/** Longer than the app lives: it is told to end when the app has. */
const WRK_SECONDS = 100
const WRK = programPath('wrk')

let postgres: OwnPostgres
beforeAll(async () => {
  postgres = await ownPostgres()
})
afterAll(() => postgres.remove())

interface Answered {
  /** Once the server is gone: how many whole answers there were. */
  count(): Promise<number>
}

/** Asks on 200 connections, until the server ends them. */
async function asking(port: number): Promise<Answered> {
  if (WRK === undefined) {
    const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => keepAliveClient(port, '/api/hello')))
    const results = Promise.all(clients.map(({ result }) => result))
    return { count: async () => (await results).reduce((sum, { answered }) => sum + answered, 0) }
  }
  const args = ['-t1', `-c${CONNECTIONS}`, `-d${WRK_SECONDS}s`, `http://127.0.0.1:${port}/api/hello`]
  const wrk = spawn(WRK, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  wrk.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const closed = once(wrk, 'close')
  return {
    count: async () => {
      wrk.kill('SIGINT')
      await closed
      expect(output).not.toMatch(/Non-2xx/)
      return Number(/(\d+) requests in/.exec(output)?.[1])
    },
  }
}

test(
  `SIGTERM under ${CONNECTIONS} connections, while orders are placed: what was accepted is answered, what was acknowledged is there, and the process exits with 0`,
  { timeout: LIMIT_MS },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ashlar-tally-'))
    const file = join(folder, 'handled')
    let accepted = 0
    let whole = 0
    const codes: (number | null)[] = []
    for (let times = 0; times < (LONG ? 2 : 1); times += 1) {
      const app = await ordinaryApp({ databaseUrl: postgres.url, env: { FAULTS_TALLY: file } })
      const load = new Load(app.port, { kinds: [ORDINARY[0]!] })
      const clients = await asking(app.port)
      await load.more(100)
      await delay(1_000)
      codes.push(await app.stop())
      whole += await clients.count()
      await load.stop()
      accepted += Number(readFileSync(file, 'utf8'))
      const rows = await postgres.query<{ id: string }>('select id from orders')
      const there = new Set(rows.map(({ id }) => id))
      expect(load.made('order').filter((id) => !there.has(id))).toEqual([])
      // Refused connections apart, nobody was told anything else than an answer, or that the process is stopping.
      expect(load.unclear().filter(({ status }) => status !== 0)).toEqual([])
      await app.remove()
    }
    rmSync(folder, { recursive: true })
    const holds = accepted === whole && accepted > 0 && codes.every((code) => code === 0)
    measured(
      'sigterm under wrk',
      `${accepted} accepted, ${whole} answered to ${CONNECTIONS} connections of ${WRK === undefined ? 'our own' : 'wrk'}, exit ${codes.join(', ')}`,
      holds,
    )
    expect({ whole, codes: [...new Set(codes)] }).toEqual({ whole: accepted, codes: [0] })
  },
)
