import { expect } from 'vitest'
import { LONG, measured, type FaultGoal } from './goals.ts'
import { until, type Load } from './load.ts'
import type { OrdinaryApp } from './ordinary-app.ts'
import type { OwnPostgres } from './own-postgres.ts'

/** What is said while the database is away or can write nothing; `overloaded` on a machine that has other things to do. */
export const DATABASE_CODES = [
  'database_unavailable',
  'commit_outcome_unknown',
  'statement_timeout',
  'idempotency_in_flight',
  'overloaded',
]

/** What an app went through. */
interface Survived {
  readonly app: OrdinaryApp
  readonly load: Load
  readonly postgres: OwnPostgres
  /** Of each time the fault ended: how long after it there were successes again, in milliseconds. */
  readonly recoveriesMs: readonly number[]
  /** Codes of refusals that this fault may bring. */
  readonly codes: readonly string[]
}

/** In other runs the machine is shared with other tests: then it is enough that it recovers. */
const RECOVERY_LIMIT_MS = LONG ? 5_000 : 60_000

/** Ends the load and holds what came of it to what every fault is held to: the same process, clear answers, soon back, nothing lost. */
export async function expectSurvived(goal: FaultGoal, survived: Survived): Promise<void> {
  const { app, load, postgres, recoveriesMs, codes } = survived
  await load.stop()
  const slowest = Math.max(...recoveriesMs)
  const lost = await lostIn(postgres, load)
  // It says what is known: the request without a key is not to be sent again blindly. No other answer above 499 than 503 is one.
  const unclear = load.unclear().filter(({ code }) => code !== 'commit_outcome_unknown')
  const surprising = load.refused.filter(({ code }) => !codes.includes(code ?? 'none'))
  const found = {
    alive: app.isAlive,
    unclear: some(unclear),
    surprising: some(surprising),
    lost,
    late: slowest >= RECOVERY_LIMIT_MS,
  }
  const holds = { alive: true, unclear: [], surprising: [], lost: [], late: false }
  const inSum =
    `${load.succeeded.length} successes, ${refusals(load)}, ${unclear.length} unclear, ${lost.length} lost, ` +
    `recovered after ${recoveriesMs.map((ms) => `${Math.round(ms)} ms`).join(', ')}, ${app.isAlive ? 'same process' : 'process gone'}`
  measured(goal, inSum, JSON.stringify(found) === JSON.stringify(holds))
  expect(found, app.errors().slice(0, 5).join('\n')).toEqual(holds)
}

const SHOWN = 3
function some<T>(values: readonly T[]): readonly T[] {
  return values.slice(0, SHOWN)
}

function refusals(load: Load): string {
  const counts = new Map<string, number>()
  for (const { status, code } of load.refused) {
    const what = `${status} ${code ?? 'none'}`
    counts.set(what, (counts.get(what) ?? 0) + 1)
  }
  return counts.size === 0 ? 'no refusals' : [...counts].map(([what, count]) => `${count} x ${what}`).join(', ')
}

/** Of what was answered with 201: what is not there once. */
async function lostIn(postgres: OwnPostgres, load: Load): Promise<readonly string[]> {
  const there = async (table: string): Promise<ReadonlySet<string>> =>
    new Set((await postgres.query<{ id: string }>(`select id from ${table}`)).map(({ id }) => id))
  const [orders, items] = [await there('orders'), await there('items')]
  const doubled = await postgres.query<{ reference: string }>(
    'select reference from orders group by reference having count(*) > 1',
  )
  return [
    ...load.made('order').filter((id) => !orders.has(id)),
    ...load.made('item').filter((id) => !items.has(id)),
    ...doubled.map(({ reference }) => `${reference} twice`),
  ]
}

/** Waits until the fault is felt: so many refusals more. */
export async function refusedSome(load: Load, count: number): Promise<void> {
  const enough = load.refused.length + count
  await until(() => load.refused.length >= enough, `${count} refusals`)
}
