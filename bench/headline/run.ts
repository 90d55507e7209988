// npm run bench:headline -- [--quick] [--rounds 5]: the whole in one figure, and the README's chart
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createDataset, type Dataset } from '../data/dataset.ts'
import { measureInTurn, type Contender, type Sample } from '../data/measure.ts'
import { watchPostgres } from '../data/postgres-cpu.ts'
import { ratio, summarize, table } from '../data/summary.ts'
import { printGoals, type Goal } from '../goal.ts'
import { installFastApi, installNodePeers } from '../install.ts'
import { freePort, startServer } from '../server-process.ts'
import { chart, writeChart } from './chart.ts'
import { listRequests, people, type Person } from './requests.ts'
import { headlineServers } from './servers.ts'
import { verify } from './verify.ts'

const SIZE = { rows: 100_000, owners: 1000 }
const SCENARIO = { name: 'headline', requests: 4000, status: 200 } as const
const MOST_OF_FASTIFY = 0.25
const LEAST_BELOW_FASTAPI = 12
const SECRET = 'a secret of this benchmark, long enough for HS256'

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, rounds: { type: 'string' } },
})
if (process.platform !== 'linux') throw new Error('bench:headline reads CPU time from /proc and runs on Linux only.')
const plan = {
  rounds: Number(options.rounds ?? (options.quick ? 2 : 7)),
  scale: options.quick ? 0.3 : 1,
  warmUps: options.quick ? 1 : 4,
}

installNodePeers()
const hasFastApi = installFastApi()
console.log(
  `Node ${process.version}, ${plan.rounds} rounds; filling a database with ${SIZE.rows.toLocaleString('en')} rows ...`,
)
const samples = await onDataset(measured)
console.log(`\n${table(samples, 'fastify')}\n\n${chart(summarize(samples))}`)
const goals = goalsOf(samples)
if (!options.quick && options.rounds === undefined) await record()
printGoals(goals)

async function onDataset<T>(use: (set: Dataset) => Promise<T>): Promise<T> {
  const dataset = await createDataset(SIZE)
  try {
    return await use(dataset)
  } finally {
    await dataset.drop()
  }
}

async function measured(set: Dataset): Promise<readonly Sample[]> {
  await using cleanup = new AsyncDisposableStack()
  const postgres = await watchPostgres(set)
  cleanup.defer(() => postgres.close())
  const port = await freePort()
  const all: readonly Person[] = await people(set, SECRET)
  const contenders: Contender[] = []
  for (const definition of headlineServers(set.url, SECRET, port)) {
    if (definition.name === 'fastapi' && !hasFastApi) continue
    const server = await startServer(definition, definition.name === 'fastapi' ? port : await freePort(), '/items')
    cleanup.defer(() => server.stop())
    await verify(server, set.url, all)
    contenders.push({ name: definition.name, server, postgres, requests: await listRequests(server.origin, all) })
  }
  return await measureInTurn(SCENARIO, contenders, plan)
}

function goalsOf(all: readonly Sample[]): readonly Goal[] {
  const ofFastify = ratio(all, SCENARIO.name, ['ashlar', 'fastify'])
  const fastApi = ratio(all, SCENARIO.name, ['fastapi', 'ashlar'])
  const goals: Goal[] = [
    {
      name: 'headline',
      measured: `${ofFastify.toFixed(3)}x of Fastify as usually written`,
      asked: `<= ${MOST_OF_FASTIFY}x`,
      holds: ofFastify <= MOST_OF_FASTIFY,
    },
  ]
  if (Number.isNaN(fastApi)) return goals
  const measuredBelow = `${fastApi.toFixed(1)}x below FastAPI`
  return [
    ...goals,
    {
      name: 'headline-below-fastapi',
      measured: measuredBelow,
      asked: `>= ${LEAST_BELOW_FASTAPI}x`,
      holds: fastApi >= LEAST_BELOW_FASTAPI,
    },
  ]
}

/** Only a whole run is kept. */
async function record(): Promise<void> {
  const summaries = summarize(samples)
  const folder = join(import.meta.dirname, '..', 'results')
  await mkdir(folder, { recursive: true })
  const result = { node: process.version, cpu: cpus()[0]?.model, plan, summaries, goals }
  await writeFile(join(folder, 'headline.json'), `${JSON.stringify(result, null, 2)}\n`)
  await writeChart(summaries)
}
