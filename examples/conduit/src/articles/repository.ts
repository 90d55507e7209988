import { dependency } from 'ashlar'
import type { Drizzle } from 'ashlar/data'
import { and, count, desc, eq, or, sql, type SQL } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { database } from '../database.ts'
import { favorites } from '../favorites/table.ts'
import type { Page } from '../inputs.ts'
import { isFollowedBy, profileColumns, type Viewer } from '../profiles/repository.ts'
import { follows } from '../profiles/table.ts'
import { isNamed } from '../users/repository.ts'
import { users } from '../users/table.ts'
import type { Article, ArticlePreview } from './schemas.ts'
import { articles, articleTags } from './table.ts'

/** Which articles: all of these hold. */
export interface ArticleFilter {
  readonly tag?: string | undefined
  /** A username. */
  readonly author?: string | undefined
  /** The username of somebody who favours them. */
  readonly favorited?: string | undefined
  /** The id of somebody who follows their authors. */
  readonly followedBy?: string | undefined
}

export type ArticleHead = Pick<typeof articles.$inferSelect, 'id' | 'authorId'>
export type NewArticleRow = Pick<typeof articles.$inferInsert, 'slug' | 'title' | 'description' | 'body' | 'authorId'>
export type ArticleChanges = Partial<Omit<NewArticleRow, 'authorId'>>

const fan = alias(users, 'fan')

function matches({ tag, author, favorited, followedBy }: ArticleFilter): SQL | undefined {
  return and(
    tag === undefined
      ? undefined
      : sql`exists (select from ${articleTags} where ${articleTags.articleId} = ${articles.id} and ${articleTags.name} = ${tag})`,
    author === undefined ? undefined : isNamed(author),
    favorited === undefined
      ? undefined
      : sql`exists (select from ${favorites} join ${users} ${fan} on ${fan.id} = ${favorites.userId} where ${favorites.articleId} = ${articles.id} and ${isNamed(favorited, fan)})`,
    followedBy === undefined
      ? undefined
      : sql`exists (select from ${follows} where ${follows.followerId} = ${followedBy} and ${follows.followedId} = ${articles.authorId})`,
  )
}

/** All there is to say about an article in one row: a page costs one statement, however long it is. */
function previewColumns(viewer: Viewer) {
  return {
    slug: articles.slug,
    title: articles.title,
    description: articles.description,
    tagList: sql<
      string[]
    >`array(select ${articleTags.name} from ${articleTags} where ${articleTags.articleId} = ${articles.id} order by ${articleTags.position})`,
    createdAt: articles.createdAt,
    updatedAt: articles.updatedAt,
    favorited:
      viewer === undefined
        ? sql<boolean>`false`
        : sql<boolean>`exists (select from ${favorites} where ${favorites.articleId} = ${articles.id} and ${favorites.userId} = ${viewer.id})`,
    favoritesCount: sql<number>`(select count(*)::int from ${favorites} where ${favorites.articleId} = ${articles.id})`,
    author: profileColumns,
  }
}

export class ArticleRepository {
  readonly #db: Drizzle

  constructor(db: Drizzle) {
    this.#db = db
  }

  /** The newest first. */
  async list(filter: ArticleFilter, { limit, offset }: Page, viewer: Viewer): Promise<ArticlePreview[]> {
    return this.#db
      .select(previewColumns(viewer))
      .from(articles)
      .innerJoin(users, eq(users.id, articles.authorId))
      .leftJoin(follows, isFollowedBy(viewer))
      .where(matches(filter))
      .orderBy(desc(articles.createdAt), desc(articles.id))
      .limit(limit)
      .offset(offset)
  }

  async count(filter: ArticleFilter): Promise<number> {
    const [found] = await this.#db
      .select({ count: count() })
      .from(articles)
      .innerJoin(users, eq(users.id, articles.authorId))
      .where(matches(filter))
    return found?.count ?? 0
  }

  async find(slug: string, viewer: Viewer): Promise<Article | undefined> {
    const [found] = await this.#db
      .select({ ...previewColumns(viewer), body: articles.body })
      .from(articles)
      .innerJoin(users, eq(users.id, articles.authorId))
      .leftJoin(follows, isFollowedBy(viewer))
      .where(eq(articles.slug, slug))
    return found
  }

  /** What decides about changes, without what is shown. */
  async head(slug: string): Promise<ArticleHead | undefined> {
    const [found] = await this.#db
      .select({ id: articles.id, authorId: articles.authorId })
      .from(articles)
      .where(eq(articles.slug, slug))
    return found
  }

  /** The slugs other articles have of those `freeSlug` may try. */
  async slugsLike(slug: string, exceptId: number): Promise<string[]> {
    const numbered = sql`starts_with(${articles.slug}, ${`${slug}-`}) and ${articles.id} <> ${exceptId}`
    const rows = await this.#db
      .select({ slug: articles.slug })
      .from(articles)
      .where(or(and(eq(articles.slug, slug), sql`${articles.id} <> ${exceptId}`), numbered))
    return rows.map((row) => row.slug)
  }

  /** The new article's id. */
  async insert(article: NewArticleRow): Promise<number> {
    const [inserted] = await this.#db.insert(articles).values(article).returning({ id: articles.id })
    return inserted!.id
  }

  async update(id: number, changes: ArticleChanges): Promise<void> {
    await this.#db.update(articles).set(changes).where(eq(articles.id, id))
  }

  async replaceTags(articleId: number, names: readonly string[]): Promise<void> {
    await this.#db.delete(articleTags).where(eq(articleTags.articleId, articleId))
    if (names.length === 0) return
    await this.#db.insert(articleTags).values(names.map((name, position) => ({ articleId, name, position })))
  }

  async delete(id: number): Promise<void> {
    await this.#db.delete(articles).where(eq(articles.id, id))
  }
}

export const articleRepository = dependency(
  { uses: { db: database.transaction } },
  ({ db }) => new ArticleRepository(db),
)
