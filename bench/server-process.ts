import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { cpuMsOf, memoryMiBOf, pinned, processTree } from './linux-process.ts'

const START_TIMEOUT_MS = 20_000
const STOP_TIMEOUT_MS = 5000
const SERVER_CORE = 0

/** How a server of a comparison is started. */
export interface ServerCommand {
  readonly name: string
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

export interface RunningServer<Definition extends ServerCommand = ServerCommand> {
  readonly definition: Definition
  readonly pid: number
  readonly origin: string
  /** User and system time of the process and its children so far. */
  cpuMs(): number
  memoryMiB(): number
  stop(): Promise<void>
}

/** Waits until the server answers at `readyPath`, with whatever status. */
export async function startServer<Definition extends ServerCommand>(
  definition: Definition,
  port: number,
  readyPath: string,
): Promise<RunningServer<Definition>> {
  const [command, ...args] = pinned(SERVER_CORE, definition.command)
  const env = { ...process.env, ...definition.env, NODE_ENV: 'production', PORT: String(port), HOST: '127.0.0.1' }
  const child = spawn(command!, args, { cwd: definition.cwd, env, stdio: ['ignore', 'ignore', 'pipe'] })
  const errors = lastOutput(child)
  const origin = `http://127.0.0.1:${port}`
  try {
    await answers(origin + readyPath, child)
  } catch (error) {
    child.kill('SIGKILL')
    throw new Error(`${definition.name} did not start.\n${errors()}`, { cause: error })
  }
  const pids = processTree(child.pid!)
  return {
    definition,
    pid: child.pid!,
    origin,
    cpuMs: () => cpuMsOf(pids),
    memoryMiB: () => memoryMiBOf(pids),
    stop: () => stop(child),
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  probe.listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('No free port was found.')
  return address.port
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`It ended with exit code ${child.exitCode}.`)
    try {
      const response = await fetch(url)
      await response.body?.cancel()
      return
    } catch {
      await delay(25)
    }
  }
  throw new Error(`No answer within ${START_TIMEOUT_MS} ms.`)
}

function lastOutput(child: ChildProcess): () => string {
  let text = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-4000)
  })
  return () => text
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await ended
  clearTimeout(kill)
}
