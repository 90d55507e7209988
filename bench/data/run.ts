// npm run bench:data -- [--quick] [--only list20,read,drizzle,ashlar,size,export] [--rounds 5]
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { printGoals, type Goal } from '../goal.ts'
import { installFastApi, installNodePeers } from '../install.ts'
import { exportGoals, measureExport } from './export.ts'
import { comparisonGoals, listCosts, REFERENCE } from './goals.ts'
import { CONNECTIONS } from './load.ts'
import { measureInTurn, type Sample } from './measure.ts'
import { scenarios } from './scenarios.ts'
import { isWritten, servers } from './servers.ts'
import { LARGE, measureSizes, sizeGoals } from './size.ts'
import { onStage } from './stage.ts'
import { summarize, table } from './summary.ts'

const SIZE = { rows: 100_000, owners: 1000 }
const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' }, rounds: { type: 'string' } },
})
if (process.platform !== 'linux') throw new Error('bench:data reads CPU time from /proc and runs on Linux only.')

const plan = {
  rounds: Number(options.rounds ?? (options.quick ? 1 : 5)),
  scale: options.quick ? 0.2 : 1,
  warmUps: options.quick ? 0.5 : 3,
}
const parts = choose(options.only?.split(',') ?? [])
console.log(`Node ${process.version}, ${CONNECTIONS} connections, ${plan.rounds} rounds`)
const goals: Goal[] = []
const samples = parts.scenarios.length === 0 ? [] : await compare()
const sizes = await measureLargeTable()
await record()
printGoals(goals)

/** The words of --only: scenarios, servers, or both. What is not named of one kind is all of that kind. */
function choose(words: readonly string[]) {
  const all = servers('', () => 0)
  const kinds = {
    scenarios: scenarios.map(({ name }) => name as string),
    servers: all.map(({ name }) => name as string),
  }
  const extra = ['size', 'export']
  const unknown = words.filter((word) => ![...kinds.scenarios, ...kinds.servers, ...extra].includes(word))
  const known = [...kinds.scenarios, ...extra, ...kinds.servers].join(', ')
  if (unknown.length > 0) throw new Error(`--only knows ${known}; not ${unknown.join(', ')}.`)
  const measured = words.filter((word) => !kinds.servers.includes(word))
  const named = words.filter((word) => kinds.servers.includes(word))
  const wants = (name: string): boolean => measured.length === 0 || measured.includes(name)
  const wanted = all.filter(({ name }) => named.length === 0 || named.includes(name))
  for (const { title } of wanted.filter((server) => !isWritten(server)))
    console.log(`${title} is left out: not written yet.`)
  installNodePeers()
  const present = wanted.filter((server) => isWritten(server) && (server.name !== 'fastapi' || installFastApi()))
  return {
    scenarios: scenarios.filter(({ name }) => wants(name)),
    servers: present.map(({ name }) => name),
    size: wants('size'),
    export: wants('export'),
  }
}

async function compare(): Promise<readonly Sample[]> {
  const names = parts.scenarios.map(({ name }) => name)
  return onStage({ size: SIZE, servers: parts.servers, scenarios: names }, async ({ dataset, postgres, staged }) => {
    const samples: Sample[] = []
    for (const scenario of parts.scenarios) {
      const able = staged.filter(({ server }) => !server.definition.lacks.includes(scenario.name))
      for (const { server } of staged.filter((one) => !able.includes(one)))
        console.log(`${server.definition.title} is left out of ${scenario.name}: not written yet.`)
      const contenders = able.map(({ server, positions }) => ({
        name: server.definition.name,
        server,
        postgres,
        requests: scenario.build(dataset, positions),
      }))
      samples.push(...(await measureInTurn(scenario, contenders, plan)))
    }
    console.log(`\n${table(samples, REFERENCE)}\n\n${listCosts(samples).join('\n')}`)
    goals.push(...comparisonGoals(samples))
    return samples
  })
}

/** What a table of a million rows shows: lists that cost the same, and an export that does not fill the memory. */
async function measureLargeTable() {
  const names = parts.servers.filter((name) => name === 'ashlar' || (name === REFERENCE && parts.size))
  if (names.length === 0 || !(parts.size || parts.export)) return undefined
  return onStage({ size: LARGE, servers: names, scenarios: parts.size ? ['list20'] : [] }, async (large) => {
    const ashlar = large.staged.find(({ server }) => server.definition.name === 'ashlar')
    // First, while the server is at rest: load leaves a larger heap behind, against which nothing seems to rise.
    const exported = parts.export && ashlar !== undefined ? await measureExport(ashlar.server) : undefined
    if (exported !== undefined) {
      console.log(`export: ${JSON.stringify(exported)}`)
      goals.push(...exportGoals(exported, LARGE.rows))
    }
    const samples = parts.size ? await measureSizes(large, names, plan) : []
    if (samples.length > 0) console.log(`\n${table(samples, `${REFERENCE} (small)`)}`)
    goals.push(...sizeGoals(samples))
    return { summaries: summarize(samples), exported }
  })
}

/** Only a whole run is kept: a quick or partial look leaves the committed results alone. */
async function record(): Promise<void> {
  if (options.quick || options.rounds !== undefined || options.only !== undefined) return
  const folder = join(import.meta.dirname, '..', 'results')
  const result = {
    node: process.version,
    cpu: cpus()[0]?.model,
    connections: CONNECTIONS,
    plan,
    summaries: summarize(samples),
    listCosts: listCosts(samples),
    large: sizes,
    goals,
  }
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'data.json'), `${JSON.stringify(result, null, 2)}\n`)
}
