import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile, readdir } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cpuMsOf, memoryMiBOf, processTree } from '../linux-process.ts'
import { ROOT } from './project.ts'

const START_TIMEOUT_MS = 30_000
const STOP_TIMEOUT_MS = 15_000
/** How long app and database are left alone before their memory is read. */
const REST_MS = 2000

export interface AppRun {
  /** From the command to the first answered request. */
  readonly answeredMs: number
  /** What the app itself computed until then: the same on a busy machine, and without the database. */
  readonly cpuMs: number
  readonly appMiB: number
  readonly databaseMiB: number
}

export interface AppCommand {
  readonly folder: string
  readonly port: number
  /** A path whose answer comes from the database. */
  readonly path: string
}

/** Runs the quickstart until its first answer, then stops it and its database. */
export async function runApp(command: AppCommand, options: { readonly readMemory: boolean }): Promise<AppRun> {
  const { DATABASE_URL: _, NODE_ENV: __, ...env } = process.env
  const args = ['--conditions=ashlar-source', join(ROOT, 'src', 'cli', 'main.ts'), 'start', 'app.ts']
  const started = performance.now()
  const child = spawn(process.execPath, args, {
    cwd: command.folder,
    env: { ...env, PORT: String(command.port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = lastOutput(child)
  try {
    await firstAnswer(command, child)
    const answeredMs = performance.now() - started
    const cpuMs = cpuMsOf([child.pid!])
    const memory = options.readMemory ? await memoryAtRest(child.pid!, command.folder) : { appMiB: 0, databaseMiB: 0 }
    return { answeredMs, cpuMs, ...memory }
  } catch (error) {
    throw new Error(`The quickstart did not answer.\n${output()}`, { cause: error })
  } finally {
    await stop(child, command.folder)
  }
}

async function firstAnswer({ port, path }: AppCommand, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`It ended with exit code ${child.exitCode}.`)
    const status = await ask(port, path)
    if (status === 200) return
    if (status !== undefined) throw new Error(`${path} answered ${status}.`)
    await delay(5)
  }
  throw new Error(`No answer within ${START_TIMEOUT_MS} ms.`)
}

/** The status of one request; `undefined` where nobody listens yet. `node:http`, since it is ready at once and keeps no connection. */
function ask(port: number, path: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode))
    })
    asked.on('error', () => resolve(undefined))
    asked.end()
  })
}

async function memoryAtRest(appPid: number, folder: string): Promise<{ appMiB: number; databaseMiB: number }> {
  await delay(REST_MS)
  const postmaster = await postmasterPid(folder)
  const database = postmaster === undefined ? [] : processTree(postmaster)
  const app = processTree(appPid).filter((pid) => !database.includes(pid))
  return { appMiB: memoryMiBOf(app), databaseMiB: memoryMiBOf(database) }
}

/** The first line of `postmaster.pid` in the data directory, wherever below `.ashlar/` that is. */
async function postmasterPid(folder: string): Promise<number | undefined> {
  const files = await readdir(join(folder, '.ashlar'), { recursive: true }).catch(() => [])
  const file = files.find((name) => name.endsWith('postmaster.pid'))
  if (file === undefined) return undefined
  const text = await readFile(join(folder, '.ashlar', file), 'utf8').catch(() => '')
  const pid = Number.parseInt(text, 10)
  return Number.isNaN(pid) ? undefined : pid
}

/** Waits until the database, which its last user stops, is gone too: the next start must not join it. */
async function stop(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await ended
    clearTimeout(kill)
  }
  const deadline = performance.now() + STOP_TIMEOUT_MS
  while ((await postmasterPid(folder)) !== undefined) {
    if (performance.now() > deadline) throw new Error('The embedded database still runs after its last user has left.')
    await delay(20)
  }
}

function lastOutput(child: ChildProcess): () => string {
  let text = ''
  const keep = (chunk: Buffer): void => {
    text = (text + chunk.toString()).slice(-4000)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  return () => text
}
