import { dependency } from 'ashlar'
import { articleRepository, type ArticleRepository } from '../articles/repository.ts'
import type { Article } from '../articles/schemas.ts'
import { ArticleNotFound } from '../errors.ts'
import type { Account } from '../users/repository.ts'
import { favoriteRepository, type FavoriteRepository } from './repository.ts'

export class FavoriteService {
  readonly #favorites: FavoriteRepository
  readonly #articles: ArticleRepository

  constructor(favorites: FavoriteRepository, articles: ArticleRepository) {
    this.#favorites = favorites
    this.#articles = articles
  }

  /** Adding twice is adding. */
  async add(slug: string, user: Account): Promise<Article> {
    const { id } = found(await this.#articles.head(slug))
    await this.#favorites.add(id, user.id)
    return found(await this.#articles.find(slug, user))
  }

  async remove(slug: string, user: Account): Promise<Article> {
    const { id } = found(await this.#articles.head(slug))
    await this.#favorites.remove(id, user.id)
    return found(await this.#articles.find(slug, user))
  }
}

function found<T>(article: T | undefined): T {
  if (article === undefined) throw new ArticleNotFound()
  return article
}

export const favoriteService = dependency(
  { uses: { favorites: favoriteRepository, articles: articleRepository } },
  ({ favorites, articles }) => new FavoriteService(favorites, articles),
)
