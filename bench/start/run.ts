// npm run bench:start: from the command to the first answered request of the quickstart, on the embedded database.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../server-process.ts'
import { median, printGoals } from '../goal.ts'
import { newProject, removeProject } from './project.ts'
import { runApp, type AppRun } from './run-app.ts'

const NEW_PROJECTS = 3
const LATER_STARTS = 3
const MAX_FIRST_SECONDS = 2.5
const MAX_LATER_SECONDS = 0.7
/** A list read from the database. */
const PATH = '/products'

if (process.platform !== 'linux') throw new Error('bench:start reads memory from /proc and runs on Linux only.')

const first: AppRun[] = []
const later: AppRun[] = []
for (let i = 0; i < NEW_PROJECTS; i += 1) await measureProject()

const firstSeconds = median(first.map((run) => run.answeredMs)) / 1000
const laterSeconds = median(later.map((run) => run.answeredMs)) / 1000
const resting = later.filter((run) => run.appMiB > 0)
const appMiB = median(resting.map((run) => run.appMiB))
const databaseMiB = median(resting.map((run) => run.databaseMiB))
const cpuSeconds = median(later.map((run) => run.cpuMs)) / 1000
console.log(`first start ${seconds(first)}; later ${seconds(later)}`)
console.log(`CPU of the app until its first answer, later starts: ${cpuSeconds.toFixed(2)} s`)
console.log(
  `memory at rest: app ${appMiB.toFixed(0)} MiB, database ${databaseMiB.toFixed(0)} MiB (proportional set size)`,
)

const goals = [
  startGoal('start-first', firstSeconds, MAX_FIRST_SECONDS),
  startGoal('start-later', laterSeconds, MAX_LATER_SECONDS),
]
const results = join(import.meta.dirname, '..', 'results')
await mkdir(results, { recursive: true })
const record = { node: process.version, firstSeconds, laterSeconds, cpuSeconds, appMiB, databaseMiB, goals }
await writeFile(join(results, 'start.json'), `${JSON.stringify(record, null, 2)}\n`)
printGoals(goals)

async function measureProject(): Promise<void> {
  const folder = await newProject()
  try {
    const command = { folder, port: await freePort(), path: PATH }
    first.push(await runApp(command, { readMemory: false }))
    for (let i = 0; i < LATER_STARTS; i += 1) later.push(await runApp(command, { readMemory: i === 0 }))
  } finally {
    await removeProject(folder)
  }
}

function seconds(runs: readonly AppRun[]): string {
  return `${runs.map((run) => (run.answeredMs / 1000).toFixed(2)).join(', ')} s`
}

function startGoal(name: string, measured: number, asked: number) {
  return { name, measured: `${measured.toFixed(2)} s`, asked: `< ${asked} s`, holds: measured < asked }
}
