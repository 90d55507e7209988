// npm run bench:http -- [--quick] [--only ashlar,fastify] [--operation get,post] [--rounds 5]
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { printGoals } from '../goal.ts'
import { installFastApi, installNodePeers } from '../install.ts'
import { freePort, startServer, type RunningServer } from '../server-process.ts'
import { CONNECTIONS, loadGenerator } from './load.ts'
import { measureAll, type Plan } from './measure.ts'
import { operations, verifyAnswers, type Operation } from './operations.ts'
import { goals, summarize, table } from './report.ts'
import { FASTAPI, servers, type ServerDefinition } from './servers.ts'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    operation: { type: 'string' },
    rounds: { type: 'string' },
  },
})

if (process.platform !== 'linux') throw new Error('bench:http reads CPU time from /proc and runs on Linux only.')

const plan: Plan = { rounds: Number(options.rounds ?? (options.quick ? 2 : 6)), secondsPerRun: 1 }
const wantedServers = options.only?.split(',')
const wantedOperations = options.operation?.split(',')

installNodePeers()
const ports = new Map<string, number>()
const chosen = await chooseServers()
const running: RunningServer<ServerDefinition>[] = []
try {
  for (const definition of chosen)
    running.push(await startServer(definition, ports.get(definition.name)!, '/products/1'))
  for (const server of running) await verify(server)
  await measureAndReport()
} finally {
  await Promise.all(running.map((server) => server.stop()))
}

async function chooseServers(): Promise<readonly ServerDefinition[]> {
  for (const { name } of servers(() => 0)) ports.set(name, await freePort())
  const all = servers((name) => ports.get(name)!)
  const wanted = all.filter(({ name, optional }) =>
    wantedServers === undefined
      ? !optional
      : wantedServers.some((part) => name === part || (name.split(' ')[0] === part && !optional)),
  )
  return wanted.some(({ name }) => name === FASTAPI) && !installFastApi()
    ? wanted.filter(({ name }) => name !== FASTAPI)
    : wanted
}

async function verify(server: RunningServer<ServerDefinition>): Promise<void> {
  try {
    await verifyAnswers(server.origin, server.definition.defaultFeatures)
  } catch (error) {
    throw new Error(`${server.definition.name} does not answer as it must, so it is not measured.`, { cause: error })
  }
}

async function measureAndReport(): Promise<void> {
  const generator = loadGenerator()
  const tested: readonly Operation[] = operations().filter(({ name }) => wantedOperations?.includes(name) ?? true)
  console.log(
    `Node ${process.version}, ${generator.name}, ${CONNECTIONS} connections, ${plan.rounds} rounds of ${plan.secondsPerRun} s`,
  )
  const samples = await measureAll(running, tested, generator.generate, plan)
  const summaries = summarize(samples)
  const reached = goals(samples)
  console.log(table(summaries))
  await record({
    node: process.version,
    cpu: cpus()[0]?.model,
    connections: CONNECTIONS,
    plan,
    summaries,
    goals: reached,
  })
  printGoals(reached)
}

/** Only a whole run is kept: a quick or partial look leaves the committed results alone. */
async function record(result: object): Promise<void> {
  if (options.quick || options.rounds !== undefined || wantedServers !== undefined || wantedOperations !== undefined)
    return
  const folder = join(import.meta.dirname, '..', 'results')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'http.json'), `${JSON.stringify(result, null, 2)}\n`)
}
