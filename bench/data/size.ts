import type { Goal } from '../goal.ts'
import { measureInTurn, type Contender, type Sample } from './measure.ts'
import { findPositions } from './positions.ts'
import { scenarios } from './scenarios.ts'
import { onStage, type Stage } from './stage.ts'
import type { ServerName } from './servers.ts'
import { ratio, times } from './summary.ts'

/** As many rows for each owner at both sizes, and the same number of lists read: only the table differs. */
const SMALL = { rows: 1000, owners: 10 }
export const LARGE = { rows: 1_000_000, owners: 10_000 }
const MOST = 1.3
const SCENARIO = 'size'
const LIST = scenarios.find(({ name }) => name === 'list20')!

/** A list of 20 from a table of a thousand rows against one of a million. */
export async function measureSizes(
  large: Stage,
  servers: readonly ServerName[],
  plan: { readonly rounds: number; readonly scale: number },
): Promise<readonly Sample[]> {
  return onStage({ size: SMALL, servers, scenarios: [LIST.name] }, async (small) => {
    const owners = small.dataset.busyOwners.length
    const contenders = [
      ...(await contendersOf(small, 'small', owners)),
      ...(await contendersOf(large, 'large', owners)),
    ]
    return measureInTurn({ ...LIST, name: SCENARIO }, contenders, plan)
  })
}

async function contendersOf({ dataset, postgres, staged }: Stage, size: string, owners: number): Promise<Contender[]> {
  const contenders: Contender[] = []
  for (const { server } of staged) {
    const positions = await findPositions(server.origin, dataset.busyOwners.slice(0, owners))
    const name = `${server.definition.name} (${size})`
    contenders.push({ name, server, postgres, requests: LIST.build(dataset, positions) })
  }
  return contenders
}

export function sizeGoals(samples: readonly Sample[]): readonly Goal[] {
  const value = ratio(samples, SCENARIO, ['ashlar (large)', 'ashlar (small)'])
  if (Number.isNaN(value)) return []
  const measured = `${times(value)} from 1,000 to 1,000,000 rows`
  return [{ name: 'data-list-flat', measured, asked: `<= ${MOST}x`, holds: value <= MOST }]
}
