import { dependency } from 'ashlar'
import type { Drizzle } from 'ashlar/data'
import { and, desc, eq } from 'drizzle-orm'
import { database } from '../database.ts'
import { isFollowedBy, profileColumns, type Viewer } from '../profiles/repository.ts'
import { follows } from '../profiles/table.ts'
import { users } from '../users/table.ts'
import type { Comment } from './schemas.ts'
import { comments } from './table.ts'

export class CommentRepository {
  readonly #db: Drizzle

  constructor(db: Drizzle) {
    this.#db = db
  }

  /** The newest first. */
  async ofArticle(articleId: number, viewer: Viewer): Promise<Comment[]> {
    return this.#select(viewer)
      .where(eq(comments.articleId, articleId))
      .orderBy(desc(comments.createdAt), desc(comments.id))
  }

  async insert(values: Pick<typeof comments.$inferInsert, 'articleId' | 'authorId' | 'body'>): Promise<Comment> {
    const [inserted] = await this.#db.insert(comments).values(values).returning({ id: comments.id })
    const [comment] = await this.#select({ id: values.authorId }).where(eq(comments.id, inserted!.id))
    return comment!
  }

  async authorOf(id: number, articleId: number): Promise<string | undefined> {
    const [found] = await this.#db
      .select({ authorId: comments.authorId })
      .from(comments)
      .where(and(eq(comments.id, id), eq(comments.articleId, articleId)))
    return found?.authorId
  }

  async delete(id: number): Promise<void> {
    await this.#db.delete(comments).where(eq(comments.id, id))
  }

  #select(viewer: Viewer) {
    const { id, body, createdAt, updatedAt } = comments
    return this.#db
      .select({ id, body, createdAt, updatedAt, author: profileColumns })
      .from(comments)
      .innerJoin(users, eq(users.id, comments.authorId))
      .leftJoin(follows, isFollowedBy(viewer))
      .$dynamic()
  }
}

export const commentRepository = dependency(
  { uses: { db: database.transaction } },
  ({ db }) => new CommentRepository(db),
)
