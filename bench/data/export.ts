import { readFileSync, writeFileSync } from 'node:fs'
import type { Goal } from '../goal.ts'
import type { Server } from './servers.ts'

const MOST_MIB = 150
const NEWLINE = 10
/** Makes the kernel count the peak anew; see proc_pid_clear_refs(5). */
const RESET_PEAK = '5'

interface ExportRun {
  readonly rows: number
  readonly seconds: number
  readonly restMiB: number
  readonly peakMiB: number
}

/** Reads every row of the table as JSON Lines, and how far the server's memory rose over what it had at rest. */
export async function measureExport(server: Server): Promise<ExportRun> {
  writeFileSync(`/proc/${server.pid}/clear_refs`, RESET_PEAK)
  const restMiB = statusMiB(server.pid, 'VmRSS')
  const started = performance.now()
  const response = await fetch(`${server.origin}/export`)
  if (response.status !== 200 || response.body === null) throw new Error(`GET /export answered ${response.status}.`)
  let rows = 0
  for await (const chunk of response.body) {
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) rows += 1
  }
  const seconds = (performance.now() - started) / 1000
  return { rows, seconds, restMiB, peakMiB: statusMiB(server.pid, 'VmHWM') }
}

export function exportGoals({ rows, restMiB, peakMiB }: ExportRun, expectedRows: number): readonly Goal[] {
  const risen = peakMiB - restMiB
  const measured = `${risen.toFixed(0)} MiB above rest for ${rows.toLocaleString('en')} rows`
  return [
    { name: 'data-export', measured, asked: `< ${MOST_MIB} MiB`, holds: risen < MOST_MIB && rows === expectedRows },
  ]
}

function statusMiB(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
}
