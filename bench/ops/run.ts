// npm run bench:ops -- [--quick]
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createDataset } from '../data/dataset.ts'
import { measureInTurn, type Contender, type Sample } from '../data/measure.ts'
import { watchPostgres } from '../data/postgres-cpu.ts'
import type { Request } from '../data/scenarios.ts'
import { ratio, summarize, table } from '../data/summary.ts'
import { printGoals, type Goal } from '../goal.ts'
import { freePort, startServer, type RunningServer, type ServerCommand } from '../server-process.ts'
import { goodput, measureOverload } from './overload.ts'

const MOST_FEATURES = 1.35
const LEAST_CACHE = 3
const LEAST_GOODPUT = 0.8
const LISTS = 100

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
if (process.platform !== 'linux') throw new Error('bench:ops reads CPU time from /proc and runs on Linux only.')
const plan = { rounds: options.quick ? 2 : 7, scale: options.quick ? 0.3 : 1 }

const dataset = await createDataset({ rows: options.quick ? 20_000 : 100_000, owners: 1000 })
const { samples, overload } = await thenDropped(measured)
console.log(`\n${table(samples, 'bare')}\n\n${table(samples, 'uncached')}`)
const { peakPerSecond, overloaded } = overload
console.log(overloadLine())
const goals = goalsOf()
if (!options.quick) await record()
printGoals(goals)

async function thenDropped<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use()
  } finally {
    await dataset.drop()
  }
}

interface Served {
  readonly server: RunningServer<ServerCommand & { readonly share: number }>
  readonly name: string
}

async function serve(name: string, env: Readonly<Record<string, string>>): Promise<Served> {
  const command = [process.execPath, '--conditions=ashlar-source', join(import.meta.dirname, 'app.ts')]
  const definition = { name, share: 1, command, cwd: import.meta.dirname, env }
  return { name, server: await startServer(definition, await freePort(), '/products/1') }
}

async function measured() {
  await using cleanup = new AsyncDisposableStack()
  const postgres = await watchPostgres(dataset)
  cleanup.defer(() => postgres.close())
  const started = async (name: string, env: Readonly<Record<string, string>>): Promise<Served> => {
    const served = await serve(name, { DATABASE_URL: dataset.url, ...env })
    cleanup.defer(() => served.server.stop())
    return served
  }
  const bare = await started('bare', { OPS: 'bare' })
  const full = await started('full', { OPS: 'full', METRICS_TOKEN: 'a-token-for-the-metrics-of-this-benchmark' })
  const contender = ({ name, server }: Served, requests: readonly Request[]): Contender => ({
    name,
    server,
    postgres,
    requests,
  })
  const product: readonly Request[] = [{ method: 'GET', target: '/products/42' }]
  const one = await measureInTurn(
    { name: 'features', requests: 12_000, status: 200 },
    [contender(bare, product), contender(full, product)],
    plan,
  )
  const two = await measureInTurn(
    { name: 'cache', requests: 4_000, status: 200 },
    [
      contender({ ...full, name: 'uncached' }, lists('/items')),
      contender({ ...full, name: 'cached' }, lists('/cached-items')),
    ],
    plan,
  )
  return {
    samples: [...one, ...two] as readonly Sample[],
    overload: await measureOverload(full.server, options.quick ? 3 : 8),
  }
}

function lists(path: string): readonly Request[] {
  return dataset.busyOwners
    .slice(0, LISTS)
    .map((ownerId) => ({ method: 'GET', target: `${path}?ownerId=${ownerId}&limit=20` }) as const)
}

function overloadLine(): string {
  const { goodPerSecond, sentPerSecond, shed, late, failed } = overloaded
  return `\npeak ${peakPerSecond.toFixed(0)}/s; at ${sentPerSecond.toFixed(0)}/s ${goodPerSecond.toFixed(0)}/s answered in time, ${shed} shed (503), ${late} late, ${failed} failed`
}

function goalsOf(): readonly Goal[] {
  const features = ratio(samples, 'features', ['full', 'bare'])
  const cached = ratio(samples, 'cache', ['uncached', 'cached'])
  return [
    {
      name: 'ops-features',
      measured: `${features.toFixed(2)}x of the bare operation`,
      asked: `<= ${MOST_FEATURES}x`,
      holds: features <= MOST_FEATURES,
    },
    {
      name: 'ops-cached-hit',
      measured: `${cached.toFixed(1)}x cheaper than the list`,
      asked: `>= ${LEAST_CACHE}x`,
      holds: cached >= LEAST_CACHE,
    },
    {
      name: 'ops-goodput',
      measured: `${(goodput(overload) * 100).toFixed(0)}% of the peak at 3x of it`,
      asked: `>= ${LEAST_GOODPUT * 100}%`,
      holds: goodput(overload) >= LEAST_GOODPUT,
    },
  ]
}

/** Only a whole run is kept. */
async function record(): Promise<void> {
  const folder = join(import.meta.dirname, '..', 'results')
  await mkdir(folder, { recursive: true })
  const result = { node: process.version, cpu: cpus()[0]?.model, plan, summaries: summarize(samples), overload, goals }
  await writeFile(join(folder, 'ops.json'), `${JSON.stringify(result, null, 2)}\n`)
}
