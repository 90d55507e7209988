import { route, router } from 'ashlar'
import { z } from 'zod'
import { authenticated, optionallyAuthenticated } from '../auth.ts'
import { ArticleForbidden, ArticleNotFound, Taken } from '../errors.ts'
import { blankOrInvalid, page } from '../inputs.ts'
import { ArticleResponse, ArticlesResponse, NewArticle, UpdateArticle } from './schemas.ts'
import { articleService } from './service.ts'

const { get, post, put, delete: remove } = route.with({ uses: { articles: articleService }, tags: ['Articles'] })

const filter = z.object({
  tag: z.string().optional().describe('Only articles with this tag.'),
  author: z.string().optional().describe('Only articles of the user with this name.'),
  favorited: z.string().optional().describe('Only favorites of the user with this name.'),
})

export const articleApi = router('/articles', {
  list: get(
    '/',
    {
      access: optionallyAuthenticated,
      query: filter,
      uses: { page },
      response: ArticlesResponse,
      summary: 'List articles',
      description: 'The newest first, and without their bodies.',
    },
    ({ query, page, user, articles }) => articles.list(query, page, user),
  ),
  feed: get(
    '/feed',
    {
      access: authenticated,
      uses: { page },
      response: ArticlesResponse,
      summary: 'List articles of the authors you follow',
      description: 'The newest first, and without their bodies.',
    },
    ({ page, user, articles }) => articles.feed(page, user),
  ),
  create: post(
    '/',
    {
      access: authenticated,
      body: z.object({ article: NewArticle }, blankOrInvalid),
      response: ArticleResponse,
      status: 201,
      errors: [Taken],
      summary: 'Create an article',
    },
    async ({ body, user, articles }) => ({ article: await articles.create(body.article, user) }),
  ),
  read: get(
    '/:slug',
    {
      access: optionallyAuthenticated,
      response: ArticleResponse,
      errors: [ArticleNotFound],
      summary: 'Get an article',
    },
    async ({ params, user, articles }) => ({ article: await articles.read(params.slug, user) }),
  ),
  update: put(
    '/:slug',
    {
      access: authenticated,
      body: z.object({ article: UpdateArticle }, blankOrInvalid),
      response: ArticleResponse,
      errors: [ArticleNotFound, ArticleForbidden],
      summary: 'Update an article',
      description: 'Only what is sent changes. A new `title` gives a new `slug`.',
    },
    async ({ params, body, user, articles }) => ({ article: await articles.update(params.slug, body.article, user) }),
  ),
  delete: remove(
    '/:slug',
    { access: authenticated, errors: [ArticleNotFound, ArticleForbidden], summary: 'Delete an article' },
    ({ params, user, articles }) => articles.delete(params.slug, user),
  ),
})
