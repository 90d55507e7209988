import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pinned } from '../linux-process.ts'
import type { RunningServer } from '../server-process.ts'
import type { OpenLoad, OpenLoadResult } from './open-load.ts'

const run = promisify(execFile)
const GENERATOR_CORE = 1
const PATIENCE_MS = 2_000
/** Rates that are tried to find the peak rise from this part of what one core could do, by this factor, until so much is not answered in time. */
const FIRST_RATE = 0.7
const STEP = 1.15
const MOST_STEPS = 10
const SATURATED = 0.9
/** The peak and three times it are measured in turn, since a machine of several users is not always as fast. */
const ROUNDS = 3

export interface Overload {
  readonly peakPerSecond: number
  readonly overloaded: OpenLoadResult
}

/** The most a server answers in time, and what is left of that at three times the rate. */
export async function measureOverload(server: RunningServer, seconds: number): Promise<Overload> {
  const url = `${server.origin}/busy`
  // As many as can be under way: a proxy opens another where none is free.
  const ask = (perSecond: number): Promise<OpenLoadResult> =>
    generate({
      url,
      perSecond,
      seconds,
      patienceMs: PATIENCE_MS,
      connections: Math.ceil((perSecond * PATIENCE_MS) / 1000),
    })
  await ask(300)
  const limit = 1000 / (await costMs(server, ask, seconds))
  const peakPerSecond = await peakOf(ask, limit * FIRST_RATE)
  const rounds: Overload[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const { goodPerSecond } = await ask(peakPerSecond)
    rounds.push({ peakPerSecond: goodPerSecond, overloaded: await ask(3 * peakPerSecond) })
  }
  return rounds.toSorted((a, b) => goodput(a) - goodput(b))[ROUNDS >> 1]!
}

/** What is left of the peak. */
export function goodput({ peakPerSecond, overloaded }: Overload): number {
  return overloaded.goodPerSecond / peakPerSecond
}

async function peakOf(ask: (perSecond: number) => Promise<OpenLoadResult>, first: number): Promise<number> {
  let peak = 0
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const { goodPerSecond, sentPerSecond } = await ask(first * STEP ** step)
    peak = Math.max(peak, goodPerSecond)
    if (goodPerSecond < SATURATED * sentPerSecond) break
  }
  return peak
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
