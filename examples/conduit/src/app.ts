import { createApp, router } from 'ashlar'
import { ValidationFailed } from 'ashlar/errors'
import { articleApi } from './articles/operations.ts'
import { commentApi } from './comments/operations.ts'
import { database } from './database.ts'
import { conduitFormat } from './error-format.ts'
import { takenByConstraint } from './errors.ts'
import { favoriteApi } from './favorites/operations.ts'
import { profileApi } from './profiles/operations.ts'
import { tagApi } from './tags/operations.ts'
import { userApi } from './users/operations.ts'

export const app = createApp({
  title: 'Conduit',
  version: '2.0.0',
  summary: 'The RealWorld API: articles, their authors and their readers',
  license: { name: 'MIT', identifier: 'MIT' },
  tags: [
    { name: 'Articles', description: 'What users write' },
    { name: 'Comments', description: 'What users say about articles' },
    { name: 'Favorites', description: 'What users like' },
    { name: 'Profile', description: 'What everybody may know about a user' },
    { name: 'Tags', description: 'What articles are about' },
    { name: 'User and Authentication', description: 'Registration, login and the current user' },
  ],
  database,
  errors: conduitFormat,
  mapError: takenByConstraint,
  api: router(
    '/api',
    { errors: [ValidationFailed] },
    {
      users: userApi,
      profiles: profileApi,
      articles: articleApi,
      favorites: favoriteApi,
      comments: commentApi,
      tags: tagApi,
    },
  ),
})

/** The type a client is made of: `client<Api>(url)`. */
export type Api = typeof app.api
