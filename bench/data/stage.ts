import { freePort, startServer } from '../server-process.ts'
import { createDataset, type Dataset, type DatasetSize } from './dataset.ts'
import { findPositions } from './positions.ts'
import { watchPostgres, type PostgresCpu } from './postgres-cpu.ts'
import type { Position, ScenarioName } from './scenarios.ts'
import { servers, type Server, type ServerName } from './servers.ts'
import { verifyServer } from './verify.ts'

interface StagedServer {
  readonly server: Server
  readonly positions: readonly Position[]
}

/** A filled database with its servers running and verified. */
export interface Stage {
  readonly dataset: Dataset
  readonly postgres: PostgresCpu
  readonly staged: readonly StagedServer[]
}

interface StagePlan {
  readonly size: DatasetSize
  readonly servers: readonly ServerName[]
  readonly scenarios: readonly ScenarioName[]
}

/** Ends the servers and drops the database, however `use` ends. */
export async function onStage<Result>(
  { size, servers: names, scenarios }: StagePlan,
  use: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  await using cleanup = new AsyncDisposableStack()
  console.log(`Filling a database with ${size.rows.toLocaleString('en')} rows ...`)
  const dataset = await createDataset(size)
  cleanup.defer(() => dataset.drop())
  const postgres = await watchPostgres(dataset)
  cleanup.defer(() => postgres.close())
  const port = await freePort()
  const staged: StagedServer[] = []
  for (const definition of servers(dataset.url, () => port).filter(({ name }) => names.includes(name))) {
    const server = await startServer(
      definition,
      definition.name === 'fastapi' ? port : await freePort(),
      '/items/ready',
    )
    cleanup.defer(() => server.stop())
    const lists = scenarios.some((name) => name.startsWith('list') || name.startsWith('nested'))
    const positions = lists ? await findPositions(server.origin, dataset.busyOwners) : []
    await verifyServer(server, { dataset, positions, scenarios })
    staged.push({ server, positions })
  }
  return await use({ dataset, postgres, staged })
}
