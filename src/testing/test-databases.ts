import { isDatabase } from '../app/parts.ts'
import { provide, type Override } from '../core/override.ts'
import type { Part } from '../core/part.ts'
import type { Database } from '../data/database.ts'
import type { TestDatabase } from '../data/test-database.ts'

/** The databases of a test app: an empty, migrated copy for each one that is declared. */
export class TestDatabases {
  readonly #copies = new Map<Database, TestDatabase<Record<string, never>>>()

  /** Makes a copy of each database among `parts`. Where one fails, those made before are still to be dropped. */
  async make(parts: readonly Part[]): Promise<void> {
    const declared = parts.filter(isDatabase)
    if (declared.length === 0) return
    // Only an app with a database needs its driver.
    const { createTestDatabase } = await import('../data/test-database.ts')
    for (const part of declared) this.#copies.set(part, await createTestDatabase(part))
  }

  /** The part to use in the place of a declared one. */
  readonly insteadOf = (part: Part): Part => (isDatabase(part) ? (this.#copies.get(part)?.database ?? part) : part)

  /** What leads the dependencies of the declared databases to their copies: all of them use the engine. */
  overrides(): Override[] {
    return [...this.#copies].map(([declared, { database }]) => provide(declared.engine, database.engine))
  }

  /** Removes the copies, even where one cannot be; then throws the first failure. */
  async drop(): Promise<void> {
    const results = await Promise.allSettled([...this.#copies.values()].map((copy) => copy.drop()))
    this.#copies.clear()
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }
}
