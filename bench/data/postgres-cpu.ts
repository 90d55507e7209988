import { existsSync } from 'node:fs'
import { Client } from 'pg'
import { scheduledMsOf } from '../linux-process.ts'
import type { Dataset } from './dataset.ts'

/** CPU of the backends that serve one database, parallel workers among them. Only one server is under load at a time, so it is that one's. */
export interface PostgresCpu {
  read(): Promise<CpuReading>
  close(): Promise<void>
}

type CpuReading = ReadonlyMap<number, number>

export async function watchPostgres(dataset: Dataset): Promise<PostgresCpu> {
  const client = new Client({ connectionString: dataset.url })
  await client.connect()
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  if (!existsSync(`/proc/${rows[0]!.pid}/schedstat`)) {
    await client.end()
    throw new Error(
      'bench:data reads the CPU time of Postgres from /proc: DATABASE_URL must name a server of this machine.',
    )
  }
  return {
    read: async () => {
      const { rows } = await client.query<{ pid: number }>(
        'select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      )
      return new Map(rows.map(({ pid }) => [pid, scheduledMsOf(pid)]))
    },
    close: () => client.end(),
  }
}

/** A backend that came in between counts from its start. One that ended is not known any more: runs are too short for idle ones to be closed. */
export function cpuMsBetween(before: CpuReading, after: CpuReading): number {
  return [...after].reduce((sum, [pid, ms]) => sum + ms - (before.get(pid) ?? 0), 0)
}
