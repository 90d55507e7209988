import { dependency } from 'ashlar'
import { ArticleForbidden, ArticleNotFound } from '../errors.ts'
import type { Page } from '../inputs.ts'
import type { Viewer } from '../profiles/repository.ts'
import type { Caller } from '../auth.ts'
import { articleRepository, type ArticleFilter, type ArticleHead, type ArticleRepository } from './repository.ts'
import type { Article, ArticlePage, NewArticle, UpdateArticle } from './schemas.ts'
import { freeSlug, slugOf } from './slug.ts'

export class ArticleService {
  readonly #articles: ArticleRepository

  constructor(articles: ArticleRepository) {
    this.#articles = articles
  }

  async list(filter: ArticleFilter, page: Page, viewer: Viewer): Promise<ArticlePage> {
    const [articles, articlesCount] = await Promise.all([
      this.#articles.list(filter, page, viewer),
      this.#articles.count(filter),
    ])
    return { articles, articlesCount }
  }

  feed(page: Page, user: Caller): Promise<ArticlePage> {
    return this.list({ followedBy: user.id }, page, user)
  }

  async read(slug: string, viewer: Viewer): Promise<Article> {
    const article = await this.#articles.find(slug, viewer)
    if (article === undefined) throw new ArticleNotFound()
    return article
  }

  /** What others hang on to: comments, favorites. */
  async idOf(slug: string): Promise<number> {
    return (await this.#head(slug)).id
  }

  /** Two articles cannot have one title: the title makes the address, whose constraint refuses the second. */
  async create({ tagList = [], ...fields }: NewArticle, user: Caller): Promise<Article> {
    const slug = slugOf(fields.title)
    const id = await this.#articles.insert({ ...fields, slug, authorId: user.id })
    await this.#articles.replaceTags(id, unique(tagList))
    return this.read(slug, user)
  }

  /** A new title gives a new address; where another article has that, it is numbered. What is not sent stays. */
  async update(slug: string, changes: UpdateArticle, user: Caller): Promise<Article> {
    const id = await this.#ownId(slug, user)
    const { title, description, body, tagList } = changes
    const newSlug = title === undefined ? slug : await this.#slugFor(title, { id, slug })
    await this.#articles.update(id, {
      slug: newSlug,
      ...(title !== undefined && { title }),
      ...(description !== undefined && { description }),
      ...(body !== undefined && { body }),
    })
    if (tagList !== undefined) await this.#articles.replaceTags(id, unique(tagList))
    return this.read(newSlug, user)
  }

  async delete(slug: string, user: Caller): Promise<void> {
    await this.#articles.delete(await this.#ownId(slug, user))
  }

  async #head(slug: string): Promise<ArticleHead> {
    const article = await this.#articles.head(slug)
    if (article === undefined) throw new ArticleNotFound()
    return article
  }

  async #ownId(slug: string, user: Caller): Promise<number> {
    const { id, authorId } = await this.#head(slug)
    if (authorId !== user.id) throw new ArticleForbidden()
    return id
  }

  async #slugFor(title: string, article: { readonly id: number; readonly slug: string }): Promise<string> {
    const slug = slugOf(title)
    return slug === article.slug ? slug : freeSlug(slug, await this.#articles.slugsLike(slug, article.id))
  }
}

/** Each tag once, at its first place. */
function unique(tags: readonly string[]): string[] {
  return [...new Set(tags)]
}

export const articleService = dependency(
  { uses: { articles: articleRepository } },
  ({ articles }) => new ArticleService(articles),
)
