import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isInstalled, pinned } from '../linux-process.ts'
import type { Operation } from './operations.ts'

const run = promisify(execFile)
const GENERATOR_CORE = 1
export const CONNECTIONS = 32

export interface LoadResult {
  readonly requests: number
  readonly seconds: number
  readonly p99Ms: number
}

/** Keeps {@link CONNECTIONS} keep-alive connections busy, one request at a time each. */
export type LoadGenerator = (origin: string, operation: Operation, seconds: number) => Promise<LoadResult>

/** `wrk` where it is installed, since it takes the least of the machine; our own generator otherwise. */
export function loadGenerator(): { readonly name: string; readonly generate: LoadGenerator } {
  return isInstalled('wrk') ? { name: 'wrk', generate: wrk } : { name: 'bench/http/generator.ts', generate: own }
}

const WRK_SCRIPT = `
done = function(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout + summary.errors.status
  io.write(string.format('{"requests":%d,"seconds":%.6f,"p99Ms":%.4f,"failed":%d}',
    summary.requests, summary.duration / 1e6, latency:percentile(99) / 1000, failed))
end
`

async function wrk(origin: string, operation: Operation, seconds: number): Promise<LoadResult> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-bench-'))
  try {
    const script = join(folder, 'request.lua')
    // Set once, not per request, so that wrk formats its request a single time.
    const request = [
      `wrk.method = ${luaString(operation.method)}`,
      ...Object.entries(operation.headers).map(
        ([name, value]) => `wrk.headers[${luaString(name)}] = ${luaString(value)}`,
      ),
      ...(operation.body === undefined ? [] : [`wrk.body = ${luaString(operation.body)}`]),
    ]
    await writeFile(script, request.join('\n') + WRK_SCRIPT)
    const duration = `${Math.max(1, Math.round(seconds))}s`
    const load = ['wrk', '-t1', `-c${CONNECTIONS}`, `-d${duration}`, '-s', script, origin + operation.target]
    return await runGenerator(load)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function own(origin: string, operation: Operation, seconds: number): Promise<LoadResult> {
  const options = JSON.stringify({ origin, operation, seconds, connections: CONNECTIONS })
  return runGenerator([process.execPath, join(import.meta.dirname, 'generator.ts'), options])
}

async function runGenerator(command: readonly string[]): Promise<LoadResult> {
  const [file, ...args] = pinned(GENERATOR_CORE, command)
  const { stdout } = await run(file!, args)
  const line = stdout.slice(stdout.indexOf('{"requests"'))
  const result = JSON.parse(line) as LoadResult & { readonly failed: number }
  if (result.failed > 0) throw new Error(`${result.failed} of ${result.requests} requests failed: no result.`)
  return result
}

/** JSON's escapes for printable ASCII are Lua's too. */
function luaString(value: string): string {
  return JSON.stringify(value)
}
