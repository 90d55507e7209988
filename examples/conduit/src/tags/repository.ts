import { dependency } from 'ashlar'
import type { Drizzle } from 'ashlar/data'
import { asc, count, desc } from 'drizzle-orm'
import { articleTags } from '../articles/table.ts'
import { database } from '../database.ts'

export class TagRepository {
  readonly #db: Drizzle

  constructor(db: Drizzle) {
    this.#db = db
  }

  /** Every tag in use, the most used first. */
  async list(): Promise<string[]> {
    const rows = await this.#db
      .select({ name: articleTags.name })
      .from(articleTags)
      .groupBy(articleTags.name)
      .orderBy(desc(count()), asc(articleTags.name))
    return rows.map(({ name }) => name)
  }
}

export const tags = dependency({ scope: 'app', uses: { db: database.drizzle } }, ({ db }) => new TagRepository(db))
