import { processTree, scheduledMsOf } from '../linux-process.ts'
import { CONNECTIONS, generate } from './load.ts'
import { cpuMsBetween, type PostgresCpu } from './postgres-cpu.ts'
import type { Request, Scenario } from './scenarios.ts'
import type { RunningServer, ServerCommand } from '../server-process.ts'

/** One server under one scenario in one round: CPU in microseconds per request. */
export interface Sample {
  readonly server: string
  readonly scenario: string
  readonly round: number
  readonly serverMicros: number
  readonly postgresMicros: number
  readonly requestsPerSecond: number
  readonly p99Ms: number
}

export interface Contender {
  readonly name: string
  /** `share`: the part of the requests that it is given. */
  readonly server: RunningServer<ServerCommand & { readonly share: number }>
  readonly postgres: PostgresCpu
  readonly requests: readonly Request[]
}

/** Opens every connection of a pool again, and has each prepare its statement and settle on a plan, before anything is counted. */
const WARM_UP_REQUESTS = 400

/** Contenders take turns within a round, so that what else the machine does falls on all alike. What comes before round 1 warms up and is not kept. */
export async function measureInTurn(
  scenario: Pick<Scenario, 'requests' | 'status'> & { readonly name: string },
  contenders: readonly Contender[],
  { rounds, scale, warmUps = 0.5 }: { readonly rounds: number; readonly scale: number; readonly warmUps?: number },
): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  // Half a round, unless more is asked for: what is compiled late is compiled then.
  for (let round = 1 - Math.ceil(warmUps); round <= rounds; round += 1) {
    for (const contender of contenders) {
      const count = Math.ceil(scenario.requests * contender.server.definition.share * scale)
      const measured = await measure(
        contender,
        scenario.status,
        round > 0 ? count : Math.ceil(count * Math.min(1, warmUps)),
      )
      if (round > 0) samples.push({ server: contender.name, scenario: scenario.name, round, ...measured })
    }
    process.stderr.write('.')
  }
  return samples
}

async function measure({ server, postgres, requests }: Contender, status: number, count: number) {
  const load = { origin: server.origin, requests, connections: CONNECTIONS, status }
  await generate({ ...load, count: WARM_UP_REQUESTS })
  const pids = processTree(server.pid)
  const serverMs = (): number => pids.reduce((sum, pid) => sum + scheduledMsOf(pid), 0)
  const postgresBefore = await postgres.read()
  const serverBefore = serverMs()
  const result = await generate({ ...load, count })
  const micros = (ms: number): number => (ms * 1000) / result.requests
  return {
    serverMicros: micros(serverMs() - serverBefore),
    postgresMicros: micros(cpuMsBetween(postgresBefore, await postgres.read())),
    requestsPerSecond: result.requests / result.seconds,
    p99Ms: result.p99Ms,
  }
}
