import type { Pool } from 'pg'
import type { PoolRunner } from '../wire/pool-runner.ts'

/** A server that answers reads: for Drizzle and `pg` its pool, for resources its runner. */
export interface ReadTarget {
  readonly pool: Pool
  readonly runner: PoolRunner
}

/** Where a read goes. */
export type Read = <T>(work: (target: ReadTarget) => Promise<T>) => Promise<T>

export async function disconnect({ runner, pool }: ReadTarget): Promise<void> {
  await runner.end()
  await pool.end()
}
