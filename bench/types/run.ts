// npm run bench:types -- [--record]      --record writes today's instantiation counts to budget.json
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { printGoals, type Goal } from '../goal.ts'
import { generateApp } from './generate.ts'
import { fastest, type TypeCheck } from './typecheck.ts'

const SIZES = [0, 100, 250, 500] as const
const LARGEST = 500
const RUNS = 3
const MAX_TOTAL_SECONDS = 6
const MAX_MS_PER_OPERATION = 12
/** How much more an operation may cost that is added to a large app than to a small one: above that the cost is not linear. */
const MAX_GROWTH = 1.1
const MAX_ABOVE_BUDGET = 1.15
const BUDGET = join(import.meta.dirname, 'budget.json')

type Budget = Readonly<Record<string, number>>

const { values: options } = parseArgs({ options: { record: { type: 'boolean', default: false } } })

const checks = new Map<number, TypeCheck>()
for (const size of SIZES) checks.set(size, fastest(await generateApp(size), RUNS))
const empty = checks.get(0)!

printTable()
// Above those of the empty app: the framework's own source, which is checked with it, may grow.
const counts: Budget = Object.fromEntries(
  SIZES.slice(1).map((size) => [size, checks.get(size)!.instantiations - empty.instantiations]),
)
if (options.record) await writeFile(BUDGET, `${JSON.stringify({ instantiations: counts }, null, 2)}\n`)
printGoals([totalGoal(), perOperationGoal(), linearGoal(), ...(await budgetGoals())])

function printTable(): void {
  console.log(
    'operations  check s  total s  instantiations     types  memory MiB  ms/operation  instantiations/operation',
  )
  for (const [size, check] of checks) {
    const row = [
      String(size).padStart(10),
      check.checkSeconds.toFixed(2).padStart(9),
      check.totalSeconds.toFixed(2).padStart(9),
      String(check.instantiations).padStart(16),
      String(check.types).padStart(10),
      check.memoryMiB.toFixed(0).padStart(12),
      size === 0 ? '' : msPerOperation(size).toFixed(2).padStart(14),
      size === 0 ? '' : instantiationsPerOperation(size).toFixed(0).padStart(26),
    ]
    console.log(row.join(''))
  }
}

function msPerOperation(size: number): number {
  return ((checks.get(size)!.totalSeconds - empty.totalSeconds) * 1000) / size
}

function instantiationsPerOperation(size: number): number {
  return (checks.get(size)!.instantiations - empty.instantiations) / size
}

function totalGoal(): Goal {
  const { totalSeconds } = checks.get(LARGEST)!
  return {
    name: `types-${LARGEST}`,
    measured: `${totalSeconds.toFixed(1)} s`,
    asked: `< ${MAX_TOTAL_SECONDS} s`,
    holds: totalSeconds < MAX_TOTAL_SECONDS,
  }
}

function perOperationGoal(): Goal {
  const ms = msPerOperation(LARGEST)
  return {
    name: 'types-per-operation',
    measured: `${ms.toFixed(1)} ms`,
    asked: `<= ${MAX_MS_PER_OPERATION} ms`,
    holds: ms <= MAX_MS_PER_OPERATION,
  }
}

/** Counted in instantiations, which do not depend on the machine. */
function linearGoal(): Goal {
  const [, small, middle, large] = SIZES
  const growth = addedPerOperation(middle, large) / addedPerOperation(small, middle)
  return {
    name: 'types-linear',
    measured: `${growth.toFixed(2)}x as much per operation added above ${middle} as below`,
    asked: `<= ${MAX_GROWTH}x`,
    holds: growth <= MAX_GROWTH,
  }
}

/** What each operation adds that takes the app from one size to the next: what is paid once for all cancels out. */
function addedPerOperation(from: number, to: number): number {
  return (checks.get(to)!.instantiations - checks.get(from)!.instantiations) / (to - from)
}

async function budgetGoals(): Promise<readonly Goal[]> {
  const { instantiations } = JSON.parse(await readFile(BUDGET, 'utf8')) as { readonly instantiations: Budget }
  return Object.entries(instantiations).map(([size, recorded]) => {
    const ratio = (counts[size] ?? Number.NaN) / recorded
    return {
      name: `types-instantiations-${size}`,
      measured: `${ratio.toFixed(2)}x the ${recorded} recorded`,
      asked: `<= ${MAX_ABOVE_BUDGET}x`,
      holds: ratio <= MAX_ABOVE_BUDGET,
    }
  })
}
