import { dependency } from 'ashlar'
import { articleRepository, type ArticleRepository } from '../articles/repository.ts'
import { ArticleNotFound, CommentForbidden, CommentNotFound } from '../errors.ts'
import type { Viewer } from '../profiles/repository.ts'
import type { Account } from '../users/repository.ts'
import { commentRepository, type CommentRepository } from './repository.ts'
import type { Comment } from './schemas.ts'

export class CommentService {
  readonly #comments: CommentRepository
  readonly #articles: ArticleRepository

  constructor(comments: CommentRepository, articles: ArticleRepository) {
    this.#comments = comments
    this.#articles = articles
  }

  async list(slug: string, viewer: Viewer): Promise<Comment[]> {
    return this.#comments.ofArticle(await this.#articleId(slug), viewer)
  }

  async create(slug: string, body: string, user: Account): Promise<Comment> {
    return this.#comments.insert({ articleId: await this.#articleId(slug), authorId: user.id, body })
  }

  async delete(slug: string, id: number, user: Account): Promise<void> {
    const authorId = await this.#comments.authorOf(id, await this.#articleId(slug))
    if (authorId === undefined) throw new CommentNotFound()
    if (authorId !== user.id) throw new CommentForbidden()
    await this.#comments.delete(id)
  }

  async #articleId(slug: string): Promise<number> {
    const article = await this.#articles.head(slug)
    if (article === undefined) throw new ArticleNotFound()
    return article.id
  }
}

export const commentService = dependency(
  { uses: { comments: commentRepository, articles: articleRepository } },
  ({ comments, articles }) => new CommentService(comments, articles),
)
