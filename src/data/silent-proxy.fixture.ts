import { databaseRelay, type DatabaseRelay } from './database-relay.fixture.ts'

/** A way to a database that can fall silent, as a network does whose other end was cut off: nothing arrives, and nobody says so. */
export interface SilentProxy extends DatabaseRelay {
  silence(): void
  /** Lets new connections through again. */
  speak(): void
}

export async function silentProxy(target: string): Promise<SilentProxy> {
  let silent = false
  const relay = await databaseRelay(target, () => () => !silent)
  return { ...relay, silence: () => (silent = true), speak: () => (silent = false) }
}
