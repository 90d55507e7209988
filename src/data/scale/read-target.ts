import type { Pool } from 'pg'
import type { PoolRunner } from '../wire/pool-runner.ts'
import type { Runner } from '../wire/runner.ts'

/** A server that answers reads: for Drizzle and `pg` its pool, for resources its runner. */
export interface ReadTarget {
  readonly pool: Pool
  readonly runner: PoolRunner
}

/** Where a read goes. */
export type Read = <T>(work: (target: ReadTarget) => Promise<T>) => Promise<T>

/** Runs each statement where `read` sends it. */
export function readingRunner(read: Read): Runner {
  return { run: (statement, values, options) => read(({ runner }) => runner.run(statement, values, options)) }
}

export async function disconnect({ runner, pool }: ReadTarget): Promise<void> {
  await runner.end()
  await pool.end()
}
