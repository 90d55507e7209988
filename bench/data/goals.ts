import type { Goal } from '../goal.ts'
import type { Sample } from './measure.ts'
import type { ScenarioName } from './scenarios.ts'
import type { ServerName } from './servers.ts'
import { ratio, summarize, times } from './summary.ts'

const ASHLAR: ServerName = 'ashlar'
/** What the goals are set against: prepared statements, and Drizzle's relational query for the nested list. */
export const REFERENCE: ServerName = 'drizzle'

const MOST_OF_REFERENCE: Readonly<Record<ScenarioName, number>> = {
  list20: 0.5,
  list50: 0.5,
  list100: 0.5,
  read: 0.5,
  nested20: 0.45,
  create: 0.6,
  'create-in-tx': 0.6,
  'create-and-count': 0.6,
}
const MOST_OF_REFERENCE_POSTGRES = 1
const LEAST_BELOW_FASTAPI = 6

/** The goals that the servers and scenarios of this run allow to judge. */
export function comparisonGoals(samples: readonly Sample[]): readonly Goal[] {
  const scenarios = [...new Set(samples.map(({ scenario }) => scenario as ScenarioName))]
  const measured = scenarios.flatMap((scenario) => [
    atMost(`data-${scenario}`, ratio(samples, scenario, [ASHLAR, REFERENCE]), MOST_OF_REFERENCE[scenario]),
    atMost(
      `data-${scenario}-postgres`,
      ratio(samples, scenario, [ASHLAR, REFERENCE], 'postgres'),
      MOST_OF_REFERENCE_POSTGRES,
    ),
    belowFastApi(samples, scenario),
  ])
  return [...measured, linear(samples)].filter((goal) => goal !== undefined)
}

function atMost(name: string, value: number, most: number): Goal | undefined {
  if (Number.isNaN(value)) return undefined
  return { name, measured: `${times(value)} ${REFERENCE}`, asked: `<= ${most}x`, holds: value <= most }
}

function belowFastApi(samples: readonly Sample[], scenario: ScenarioName): Goal | undefined {
  const below = ratio(samples, scenario, ['fastapi', ASHLAR])
  if (Number.isNaN(below)) return undefined
  const measured = `${below.toFixed(1)}x below fastapi`
  const holds = below >= LEAST_BELOW_FASTAPI
  return { name: `data-${scenario}-below-fastapi`, measured, asked: `>= ${LEAST_BELOW_FASTAPI}x`, holds }
}

function linear(samples: readonly Sample[]): Goal | undefined {
  const costs = lineOf(samples, ASHLAR)
  if (costs === undefined) return undefined
  const { perRow20, perRow100 } = costs
  const measured = `${perRow100.toFixed(1)} us per row at 100, ${perRow20.toFixed(1)} at 20`
  return { name: 'data-list-linear', measured, asked: 'at 100 not above 20', holds: perRow100 <= perRow20 }
}

/** The line through 20 and 100 rows: what a list costs before its first row, and what each row adds; and how 50 rows fit it. */
export function listCosts(samples: readonly Sample[]): readonly string[] {
  return [...new Set(samples.map(({ server }) => server))].flatMap((server) => {
    const line = lineOf(samples, server)
    if (line === undefined) return []
    const { fixed, perRow, of50 } = line
    const fit =
      of50 === undefined ? '' : `; 50 rows: ${(of50 / (fixed + 50 * perRow)).toFixed(2)} of what the line says`
    return [`${server}: ${fixed.toFixed(0)} us for a list, ${perRow.toFixed(2)} us for each row${fit}`]
  })
}

function lineOf(samples: readonly Sample[], server: string) {
  const of = new Map(
    summarize(samples).flatMap((summary) =>
      summary.server === server ? [[summary.scenario, summary.totalMicros]] : [],
    ),
  )
  const [of20, of50, of100] = [of.get('list20'), of.get('list50'), of.get('list100')]
  if (of20 === undefined || of100 === undefined) return undefined
  const perRow = (of100 - of20) / 80
  return { fixed: of20 - 20 * perRow, perRow, of50, perRow20: of20 / 20, perRow100: of100 / 100 }
}
