import { dependency } from 'ashlar'
import type { Article } from '../articles/schemas.ts'
import { articleService, type ArticleService } from '../articles/service.ts'
import type { Caller } from '../auth.ts'
import { favoriteRepository, type FavoriteRepository } from './repository.ts'

export class FavoriteService {
  readonly #favorites: FavoriteRepository
  readonly #articles: ArticleService

  constructor(favorites: FavoriteRepository, articles: ArticleService) {
    this.#favorites = favorites
    this.#articles = articles
  }

  /** Adding twice is adding. */
  async add(slug: string, user: Caller): Promise<Article> {
    await this.#favorites.add(await this.#articles.idOf(slug), user.id)
    return this.#articles.read(slug, user)
  }

  async remove(slug: string, user: Caller): Promise<Article> {
    await this.#favorites.remove(await this.#articles.idOf(slug), user.id)
    return this.#articles.read(slug, user)
  }
}

export const favoriteService = dependency(
  { uses: { favorites: favoriteRepository, articles: articleService } },
  ({ favorites, articles }) => new FavoriteService(favorites, articles),
)
