import { median } from '../goal.ts'
import type { Sample } from './measure.ts'

/** Medians over the rounds, in microseconds of CPU per request. */
export interface Summary {
  readonly scenario: string
  readonly server: string
  readonly serverMicros: number
  readonly postgresMicros: number
  readonly totalMicros: number
  readonly requestsPerSecond: number
  readonly p99Ms: number
}

export type Cost = 'total' | 'postgres'

export function summarize(samples: readonly Sample[]): readonly Summary[] {
  const groups = Map.groupBy(samples, ({ server, scenario }) => `${scenario}\0${server}`)
  return [...groups.values()].map((group) => {
    const { server, scenario } = group[0]!
    const middle = (pick: (sample: Sample) => number): number => median(group.map(pick))
    return {
      scenario,
      server,
      serverMicros: middle((sample) => sample.serverMicros),
      postgresMicros: middle((sample) => sample.postgresMicros),
      totalMicros: middle((sample) => cost(sample, 'total')),
      requestsPerSecond: middle((sample) => sample.requestsPerSecond),
      p99Ms: middle((sample) => sample.p99Ms),
    }
  })
}

/** How many times the cost of `base` the `server` has: within a round first, since what disturbed a round disturbed both. NaN where one is missing. */
export function ratio(
  samples: readonly Sample[],
  scenario: string,
  [server, base]: readonly [string, string],
  which: Cost = 'total',
): number {
  const of = (name: string): readonly Sample[] =>
    samples.filter((sample) => sample.scenario === scenario && sample.server === name)
  const bases = new Map(of(base).map((sample) => [sample.round, cost(sample, which)]))
  return median(
    of(server).flatMap((sample) => {
      const other = bases.get(sample.round)
      return other === undefined ? [] : [cost(sample, which) / other]
    }),
  )
}

function cost({ serverMicros, postgresMicros }: Sample, which: Cost): number {
  return which === 'postgres' ? postgresMicros : serverMicros + postgresMicros
}

export function table(samples: readonly Sample[], base: string): string {
  const head = [
    'scenario',
    'server',
    'server us',
    'Postgres us',
    'total us',
    `x ${base}`,
    'Postgres x',
    'req/s',
    'p99 ms',
  ]
  const rows = summarize(samples).map((summary) => {
    const { scenario, server } = summary
    return [
      scenario,
      server,
      summary.serverMicros.toFixed(0),
      summary.postgresMicros.toFixed(0),
      summary.totalMicros.toFixed(0),
      times(ratio(samples, scenario, [server, base])),
      times(ratio(samples, scenario, [server, base], 'postgres')),
      summary.requestsPerSecond.toFixed(0),
      summary.p99Ms.toFixed(1),
    ]
  })
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)))
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ')
  return [head, ...rows].map(line).join('\n')
}

export function times(value: number): string {
  return Number.isNaN(value) ? '-' : `${value.toFixed(2)}x`
}
