import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pinned } from '../linux-process.ts'
import type { Request } from './scenarios.ts'

const run = promisify(execFile)
const GENERATOR = join(import.meta.dirname, 'generator.ts')
const GENERATOR_CORE = 1
export const CONNECTIONS = 32

export interface Load {
  readonly origin: string
  /** Sent in turn, from the first again after the last. */
  readonly requests: readonly Request[]
  readonly count: number
  readonly connections: number
  readonly status: number
}

export interface LoadResult {
  readonly requests: number
  readonly seconds: number
  readonly p99Ms: number
  readonly failed: number
}

export async function generate(load: Load): Promise<LoadResult> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-bench-'))
  try {
    const plan = join(folder, 'load.json')
    await writeFile(plan, JSON.stringify(load))
    const [file, ...args] = pinned(GENERATOR_CORE, [process.execPath, '--conditions=ashlar-source', GENERATOR, plan])
    const { stdout } = await run(file!, args)
    const result = JSON.parse(stdout) as LoadResult
    if (result.failed > 0) throw new Error(`${result.failed} of ${result.requests} requests failed: no result.`)
    return result
  } finally {
    await rm(folder, { recursive: true })
  }
}
