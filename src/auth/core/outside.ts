import { dependency } from '../../core/dependency.ts'
import { createPool } from '../../data/pool.ts'
import type { AccountsCore } from './accounts-core.ts'

const MAX_CONNECTIONS = 4

/**
 * Connections for what must stay whatever becomes of an operation, such as counted attempts. Not those of the operations' pool: each operation holds one
 * of them, and where all wait for a second one, nobody gets it.
 */
export function outsideConnections({ database }: Pick<AccountsCore, 'database'>): AccountsCore['outside'] {
  return dependency(
    { name: 'accounts.outside', scope: 'app', uses: { engine: database.engine } },
    async function* ({ engine }) {
      const pool = createPool(engine.url, {
        ...database.options.pool,
        max: Math.min(MAX_CONNECTIONS, database.options.pool?.max ?? MAX_CONNECTIONS),
        behindPooler: !engine.prepared,
      })
      try {
        yield pool
      } finally {
        await pool.end()
      }
    },
  )
}
