import { dependency } from 'ashlar'
import type { Drizzle } from 'ashlar/data'
import { and, eq, ne, or, sql, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { database } from '../database.ts'
import { users as table } from './table.ts'

/** A user without what must never leave the service. */
export interface Account {
  readonly id: string
  readonly username: string
  readonly email: string
  readonly bio: string | null
  readonly image: string | null
}

export type NewAccount = Pick<typeof table.$inferInsert, 'username' | 'email' | 'passwordHash'>
export type AccountChanges = Partial<NewAccount & Pick<Account, 'bio' | 'image'>>

const account = {
  id: table.id,
  username: table.username,
  email: table.email,
  bio: table.bio,
  image: table.image,
}

/** Names and addresses are the same in any case; an index stands behind both. */
export function isNamed(name: string, { username }: { readonly username: PgColumn } = table): SQL {
  return sql`lower(${username}) = lower(${name})`
}

function hasEmail(email: string): SQL {
  return sql`lower(${table.email}) = lower(${email})`
}

export class UserRepository {
  readonly #db: Drizzle

  constructor(db: Drizzle) {
    this.#db = db
  }

  async byId(id: string): Promise<Account | undefined> {
    const [found] = await this.#db.select(account).from(table).where(eq(table.id, id))
    return found
  }

  /** With the hash, to check a password against. */
  async byEmail(email: string): Promise<(Account & { readonly passwordHash: string }) | undefined> {
    const [found] = await this.#db
      .select({ ...account, passwordHash: table.passwordHash })
      .from(table)
      .where(hasEmail(email))
    return found
  }

  /** Which of these somebody other than `self` has. */
  async taken(values: { username?: string | undefined; email?: string | undefined }, self?: string): Promise<string[]> {
    const { username, email } = values
    const named = username === undefined ? sql`false` : isNamed(username)
    const addressed = email === undefined ? sql`false` : hasEmail(email)
    const others = await this.#db
      .select({ username: sql<boolean>`${named}`, email: sql<boolean>`${addressed}` })
      .from(table)
      .where(and(or(named, addressed), self === undefined ? undefined : ne(table.id, self)))
    return (['username', 'email'] as const).filter((field) => others.some((other) => other[field]))
  }

  async insert(values: NewAccount): Promise<Account> {
    const [inserted] = await this.#db.insert(table).values(values).returning(account)
    return inserted!
  }

  async update(id: string, changes: AccountChanges): Promise<Account | undefined> {
    const [updated] = await this.#db.update(table).set(changes).where(eq(table.id, id)).returning(account)
    return updated
  }
}

/**
 * Users outside a transaction: each of their operations writes with one statement, and hashing a password takes long enough that no
 * connection should be held meanwhile.
 */
export const users = dependency({ scope: 'app', uses: { db: database.drizzle } }, ({ db }) => new UserRepository(db))
