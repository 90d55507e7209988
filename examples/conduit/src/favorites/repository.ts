import { dependency } from 'ashlar'
import type { Drizzle } from 'ashlar/data'
import { and, eq } from 'drizzle-orm'
import { database } from '../database.ts'
import { favorites } from './table.ts'

export class FavoriteRepository {
  readonly #db: Drizzle

  constructor(db: Drizzle) {
    this.#db = db
  }

  async add(articleId: number, userId: string): Promise<void> {
    await this.#db.insert(favorites).values({ articleId, userId }).onConflictDoNothing()
  }

  async remove(articleId: number, userId: string): Promise<void> {
    await this.#db.delete(favorites).where(and(eq(favorites.articleId, articleId), eq(favorites.userId, userId)))
  }
}

export const favoriteRepository = dependency(
  { uses: { db: database.transaction } },
  ({ db }) => new FavoriteRepository(db),
)
