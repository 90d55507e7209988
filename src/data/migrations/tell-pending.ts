import type { Logger } from '../../core/request.ts'
import { migrationStatus } from './migrate.ts'

/** Warns of migrations that somebody else was to apply before, and has not. The app may work without them, so it starts. */
export async function tellPending(url: string, folder: string | URL, log: Logger): Promise<void> {
  try {
    const { pending } = await migrationStatus(url, folder)
    if (pending.length > 0) log.warn({ pending }, PENDING)
  } catch (error) {
    log.warn({ err: error }, 'whether migrations are pending cannot be told')
  }
}

const PENDING =
  "the database has not all migrations of this version, and database({ migrate: 'manual' }) leaves them to you: ashlar migrate"
