import type { Pool } from 'pg'
import type { Meters } from '../../core/observation/meters.ts'

const POOL = 'db_client_connection_pool_name'
const STATE = 'db_client_connection_state'

/**
 * Shows the connections of a database and its replicas, by the names that OpenTelemetry has for them.
 *
 * @param pools - By their names; none while it is not connected.
 * @returns What ends it.
 */
export function watchPools(meters: Meters, pools: () => ReadonlyMap<string, Pool>): () => void {
  if (!meters.isOn) return () => {}
  const watch = (about: { name: string; help: string }, read: (found: Pool) => number): (() => void) =>
    meters.watch({ of: 'gauge', ...about, labels: [POOL] }, () =>
      [...pools()].map(([name, pool]) => ({ value: read(pool), labels: { [POOL]: name } })),
    )
  const ends = [
    meters.watch(
      {
        of: 'gauge',
        name: 'db_client_connection_count',
        help: 'Connections of this process to a database, in use or idle.',
        labels: [POOL, STATE],
      },
      () =>
        [...pools()].flatMap(([name, { totalCount, idleCount }]) => [
          { value: totalCount - idleCount, labels: { [POOL]: name, [STATE]: 'used' } },
          { value: idleCount, labels: { [POOL]: name, [STATE]: 'idle' } },
        ]),
    ),
    watch(
      { name: 'db_client_connection_max', help: 'Connections that this process may have.' },
      (found) => found.options.max,
    ),
    watch(
      { name: 'db_client_connection_pending_requests', help: 'Who waits for a connection at this moment.' },
      (found) => found.waitingCount,
    ),
  ]
  return () => {
    for (const end of ends) end()
  }
}
