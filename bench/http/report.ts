import { median, type Goal } from '../goal.ts'
import type { Sample } from './measure.ts'
import type { OperationName } from './operations.ts'
import { ASHLAR, BARE, FASTAPI } from './servers.ts'

/** Medians over the rounds. Ratios are taken within a round first: what disturbed a round disturbed both sides of it. */
export interface Summary {
  readonly server: string
  readonly operation: OperationName
  readonly requestsPerSecond: number
  readonly cpuMicrosPerRequest: number
  readonly p99Ms: number
  readonly memoryMiB: number
  /** CPU per request as a multiple of bare node:http's; NaN where that did not run. */
  readonly cpuRatio: number
}

export function summarize(samples: readonly Sample[]): readonly Summary[] {
  const groups = Map.groupBy(samples, ({ server, operation }) => `${operation}\0${server}`)
  return [...groups.values()].map((group) => {
    const { server, operation } = group[0]!
    const middle = (pick: (sample: Sample) => number): number => median(group.map(pick))
    return {
      server,
      operation,
      requestsPerSecond: middle((sample) => sample.requestsPerSecond),
      cpuMicrosPerRequest: middle((sample) => sample.cpuMicrosPerRequest),
      p99Ms: middle((sample) => sample.p99Ms),
      memoryMiB: middle((sample) => sample.memoryMiB),
      cpuRatio: cpuRatio(samples, operation, server, BARE),
    }
  })
}

/** The median over the rounds of how many times the CPU of `base` the `server` took. */
function cpuRatio(samples: readonly Sample[], operation: OperationName, server: string, base: string): number {
  const of = (name: string): readonly Sample[] =>
    samples.filter((sample) => sample.operation === operation && sample.server === name)
  const bases = new Map(of(base).map((sample) => [sample.round, sample.cpuMicrosPerRequest]))
  return median(
    of(server).flatMap(({ round, cpuMicrosPerRequest }) => {
      const other = bases.get(round)
      return other === undefined ? [] : [cpuMicrosPerRequest / other]
    }),
  )
}

export function table(summaries: readonly Summary[]): string {
  const head = ['server', 'op', 'req/s', 'CPU us/req', 'x bare', 'p99 ms', 'MiB']
  const rows = summaries.map((summary) => [
    summary.server,
    summary.operation,
    summary.requestsPerSecond.toFixed(0),
    summary.cpuMicrosPerRequest.toFixed(1),
    Number.isNaN(summary.cpuRatio) ? '-' : `${summary.cpuRatio.toFixed(2)}x`,
    summary.p99Ms.toFixed(2),
    summary.memoryMiB.toFixed(0),
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)))
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ')
  return [head, ...rows].map(line).join('\n')
}

const MOST_OF_BARE: Partial<Record<OperationName, number>> = { get: 1.25, post: 1.35 }
const LEAST_BELOW_FASTAPI = 5

/** The goals that the servers of this run allow to judge. */
export function goals(samples: readonly Sample[]): readonly Goal[] {
  const names = [...new Set(samples.map((sample) => sample.server))]
  if (!names.includes(ASHLAR)) return []
  const operations = [...new Set(samples.map((sample) => sample.operation))]
  return operations.flatMap((operation) => names.flatMap((other) => goalAgainst(samples, operation, other) ?? []))
}

function goalAgainst(samples: readonly Sample[], operation: OperationName, other: string): Goal | undefined {
  if (other === ASHLAR) return undefined
  const ratio = cpuRatio(samples, operation, ASHLAR, other)
  if (other === BARE) {
    const most = MOST_OF_BARE[operation]
    if (most === undefined) return undefined
    return {
      name: `http-${operation}`,
      measured: `${ratio.toFixed(2)}x ${BARE}`,
      asked: `<= ${most}x`,
      holds: ratio <= most,
    }
  }
  const name = `http-${operation}-below-${other.replaceAll(/\W+/g, '-').replace(/-$/, '')}`
  if (other === FASTAPI) {
    const times = 1 / ratio
    const holds = times >= LEAST_BELOW_FASTAPI
    return { name, measured: `${times.toFixed(1)}x below ${other}`, asked: `>= ${LEAST_BELOW_FASTAPI}x`, holds }
  }
  return { name, measured: `${ratio.toFixed(2)}x ${other}`, asked: '< 1x', holds: ratio < 1 }
}
