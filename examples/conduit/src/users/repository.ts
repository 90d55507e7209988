import { dependency } from 'ashlar'
import type { Drizzle } from 'ashlar/data'
import { and, eq, ne, or, sql, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { database } from '../database.ts'
import { users as table } from './table.ts'

/** Names are the same in any case; an index stands behind it. */
export function isNamed(name: string, { username }: { readonly username: PgColumn } = table): SQL {
  return sql`lower(${username}) = lower(${name})`
}

/** What the accounts do not ask of the table. */
export class UserRepository {
  readonly #db: Drizzle

  constructor(db: Drizzle) {
    this.#db = db
  }

  /** Which of these somebody other than `self` has. */
  async taken(values: { username?: string | undefined; email?: string | undefined }, self?: string): Promise<string[]> {
    const { username, email } = values
    const named = username === undefined ? sql`false` : isNamed(username)
    const addressed = email === undefined ? sql`false` : eq(table.email, email)
    const others = await this.#db
      .select({ username: sql<boolean>`${named}`, email: sql<boolean>`${addressed}` })
      .from(table)
      .where(and(or(named, addressed), self === undefined ? undefined : ne(table.id, self)))
    return (['username', 'email'] as const).filter((field) => others.some((other) => other[field]))
  }
}

/** Outside a transaction: it is asked before a password is hashed, which takes long enough that no connection should be held meanwhile. */
export const users = dependency({ scope: 'app', uses: { db: database.drizzle } }, ({ db }) => new UserRepository(db))
