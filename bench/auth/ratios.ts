import { CONNECTIONS, loadGenerator } from '../http/load.ts'
import { scheduledMsOf } from '../linux-process.ts'
import type { RunningServer } from '../server-process.ts'

const WARM_UP_ROUNDS = 2

/**
 * What a remembered token costs: the CPU of a guarded GET against that of the same open, round by round. In a round both are measured twice, in the order open,
 * guarded, guarded, open: what a busy machine gains or loses meanwhile is on both sides.
 */
export async function ratiosOf(server: RunningServer, token: string, rounds: number): Promise<readonly number[]> {
  const { generate, name } = loadGenerator()
  console.log(`Node ${process.version}, ${name}, ${CONNECTIONS} connections, ${rounds} rounds of 4 s`)
  const cost = async (target: string, headers: Readonly<Record<string, string>>): Promise<number> => {
    const before = scheduledMsOf(server.pid)
    const expected = { body: undefined, status: 200, answer: undefined } as const
    const operation = { name: 'get', method: 'GET', target, headers, ...expected } as const
    const { requests } = await generate(server.origin, operation, 1)
    return (scheduledMsOf(server.pid) - before) / requests
  }
  const open = (): Promise<number> => cost('/open', {})
  const guarded = (): Promise<number> => cost('/guarded', { authorization: `Bearer ${token}` })
  const ratios: number[] = []
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    const [before, first, second, after] = [await open(), await guarded(), await guarded(), await open()]
    if (round >= 0) ratios.push((first + second) / (before + after))
  }
  return ratios
}
