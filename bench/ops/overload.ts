import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pinned } from '../linux-process.ts'
import type { RunningServer } from '../server-process.ts'
import type { OpenLoad, OpenLoadResult } from './open-load.ts'

const run = promisify(execFile)
const GENERATOR_CORE = 1
const PATIENCE_MS = 2_000
/** Rates that are tried to find the peak, as parts of what one core could do. */
const STEPS = [0.7, 0.85, 1, 1.15, 1.3]

export interface Overload {
  readonly peakPerSecond: number
  readonly overloaded: OpenLoadResult
}

/** The most a server answers in time, and what is left of that at three times the rate. */
export async function measureOverload(server: RunningServer, seconds: number): Promise<Overload> {
  const url = `${server.origin}/busy`
  const ask = (perSecond: number): Promise<OpenLoadResult> =>
    generate({ url, perSecond, seconds, patienceMs: PATIENCE_MS })
  await ask(300)
  const limit = 1000 / (await costMs(server, ask, seconds))
  let peakPerSecond = 0
  for (const step of STEPS) peakPerSecond = Math.max(peakPerSecond, (await ask(limit * step)).goodPerSecond)
  return { peakPerSecond, overloaded: await ask(3 * peakPerSecond) }
}

/** CPU of one request, in milliseconds. */
async function costMs(
  server: RunningServer,
  ask: (perSecond: number) => Promise<OpenLoadResult>,
  seconds: number,
): Promise<number> {
  const before = server.cpuMs()
  const { goodPerSecond } = await ask(200)
  return (server.cpuMs() - before) / Math.max(1, goodPerSecond * seconds)
}

async function generate(load: OpenLoad): Promise<OpenLoadResult> {
  const command = [process.execPath, join(import.meta.dirname, 'open-load.ts'), JSON.stringify(load)]
  const [file, ...args] = pinned(GENERATOR_CORE, command)
  const { stdout } = await run(file!, args)
  return JSON.parse(stdout) as OpenLoadResult
}
