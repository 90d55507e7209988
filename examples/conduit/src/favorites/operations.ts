import { route, router } from 'ashlar'
import { ArticleResponse } from '../articles/schemas.ts'
import { authenticated } from '../auth.ts'
import { ArticleNotFound } from '../errors.ts'
import { favoriteService } from './service.ts'

const favorite = route.with({
  access: authenticated,
  uses: { favorites: favoriteService },
  errors: [ArticleNotFound],
  tags: ['Favorites'],
})

export const favoriteApi = router('/articles', {
  add: favorite.post(
    '/:slug/favorite',
    { response: ArticleResponse, summary: 'Favorite an article' },
    async ({ params, user, favorites }) => ({ article: await favorites.add(params.slug, user) }),
  ),
  remove: favorite.delete(
    '/:slug/favorite',
    { response: ArticleResponse, summary: 'Unfavorite an article' },
    async ({ params, user, favorites }) => ({ article: await favorites.remove(params.slug, user) }),
  ),
})
