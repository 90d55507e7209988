import { dependency } from 'ashlar'
import { articleService, type ArticleService } from '../articles/service.ts'
import { CommentForbidden, CommentNotFound } from '../errors.ts'
import type { Viewer } from '../profiles/repository.ts'
import type { Caller } from '../auth.ts'
import { commentRepository, type CommentRepository } from './repository.ts'
import type { Comment } from './schemas.ts'

export class CommentService {
  readonly #comments: CommentRepository
  readonly #articles: ArticleService

  constructor(comments: CommentRepository, articles: ArticleService) {
    this.#comments = comments
    this.#articles = articles
  }

  async list(slug: string, viewer: Viewer): Promise<Comment[]> {
    return this.#comments.ofArticle(await this.#articles.idOf(slug), viewer)
  }

  async create(slug: string, body: string, user: Caller): Promise<Comment> {
    return this.#comments.insert({ articleId: await this.#articles.idOf(slug), authorId: user.id, body })
  }

  async delete(slug: string, id: number, user: Caller): Promise<void> {
    const authorId = await this.#comments.authorOf(id, await this.#articles.idOf(slug))
    if (authorId === undefined) throw new CommentNotFound()
    if (authorId !== user.id) throw new CommentForbidden()
    await this.#comments.delete(id)
  }
}

export const commentService = dependency(
  { uses: { comments: commentRepository, articles: articleService } },
  ({ comments, articles }) => new CommentService(comments, articles),
)
