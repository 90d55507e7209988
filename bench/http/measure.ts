import type { LoadGenerator } from './load.ts'
import type { Operation, OperationName } from './operations.ts'
import type { RunningServer } from '../server-process.ts'

/** One server under one operation in one round. */
export interface Sample {
  readonly server: string
  readonly operation: OperationName
  readonly round: number
  readonly requestsPerSecond: number
  readonly cpuMicrosPerRequest: number
  readonly p99Ms: number
  readonly memoryMiB: number
}

export interface Plan {
  readonly rounds: number
  readonly secondsPerRun: number
}

/**
 * Servers take turns within a round, so that whatever else the machine does falls on all of them alike, and each round
 * compares neighbours in time. Round 0 warms up and is not kept.
 */
export async function measureAll(
  running: readonly RunningServer[],
  operations: readonly Operation[],
  generate: LoadGenerator,
  plan: Plan,
): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  for (const operation of operations) {
    for (let round = 0; round <= plan.rounds; round += 1) {
      for (const server of running) {
        const seconds = round === 0 ? 1 : plan.secondsPerRun
        const sample = await measure(server, operation, generate, { round, seconds })
        if (round > 0) samples.push(sample)
      }
      process.stderr.write('.')
    }
  }
  process.stderr.write('\n')
  return samples
}

async function measure(
  server: RunningServer,
  operation: Operation,
  generate: LoadGenerator,
  { round, seconds }: { readonly round: number; readonly seconds: number },
): Promise<Sample> {
  const before = server.cpuMs()
  const load = await generate(server.origin, operation, seconds)
  const cpuMs = server.cpuMs() - before
  return {
    server: server.definition.name,
    operation: operation.name,
    round,
    requestsPerSecond: load.requests / load.seconds,
    cpuMicrosPerRequest: (cpuMs * 1000) / load.requests,
    p99Ms: load.p99Ms,
    memoryMiB: server.memoryMiB(),
  }
}
