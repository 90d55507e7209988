import { dependency } from 'ashlar'
import type { Drizzle } from 'ashlar/data'
import { eq, sql } from 'drizzle-orm'
import { database } from '../database.ts'
import { accounts as table } from './table.ts'

/** Who calls, as the rules see them. */
export interface Account {
  readonly id: string
  readonly name: string
  readonly roles: readonly string[]
}

const ROLES = {
  customer: ['customer'],
  staff: ['staff'],
  manager: ['staff', 'manager'],
} as const

/** Accounts before anybody is known: for signing in, and for the tokens. Everybody else has `accountApi`. */
export class AccountRepository {
  readonly #db: Drizzle

  constructor(db: Drizzle) {
    this.#db = db
  }

  async byId(id: string): Promise<Account | undefined> {
    const [found] = await this.#db.select().from(table).where(eq(table.id, id))
    return found && accountOf(found)
  }

  /** The account with what is needed to check its password. */
  async byEmail(email: string): Promise<typeof table.$inferSelect | undefined> {
    const [found] = await this.#db
      .select()
      .from(table)
      .where(eq(sql`lower(${table.email})`, sql`lower(${email})`))
    return found
  }

  async insert(values: Pick<typeof table.$inferInsert, 'email' | 'name' | 'passwordHash'>): Promise<Account> {
    const [made] = await this.#db.insert(table).values(values).returning()
    return accountOf(made!)
  }
}

export function accountOf({ id, name, role }: typeof table.$inferSelect): Account {
  return { id, name, roles: ROLES[role] }
}

export const accountRepository = dependency(
  { scope: 'app', uses: { db: database.drizzle } },
  ({ db }) => new AccountRepository(db),
)
