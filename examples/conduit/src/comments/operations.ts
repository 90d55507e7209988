import { route, router } from 'ashlar'
import { z } from 'zod'
import { authenticated, optionallyAuthenticated } from '../auth.ts'
import { ArticleNotFound, CommentForbidden, CommentNotFound } from '../errors.ts'
import { blankOrInvalid } from '../inputs.ts'
import { CommentResponse, CommentsResponse, NewComment } from './schemas.ts'
import { commentService } from './service.ts'

const comment = route.with({ uses: { comments: commentService }, errors: [ArticleNotFound], tags: ['Comments'] })

export const commentApi = router('/articles', {
  list: comment.get(
    '/:slug/comments',
    {
      access: optionallyAuthenticated,
      response: CommentsResponse,
      summary: 'List the comments on an article',
      description: 'The newest first.',
    },
    async ({ params, user, comments }) => ({ comments: await comments.list(params.slug, user) }),
  ),
  create: comment.post(
    '/:slug/comments',
    {
      access: authenticated,
      body: z.object({ comment: NewComment }, blankOrInvalid),
      response: CommentResponse,
      status: 201,
      summary: 'Comment on an article',
    },
    async ({ params, body, user, comments }) => ({
      comment: await comments.create(params.slug, body.comment.body, user),
    }),
  ),
  delete: comment.delete(
    '/:slug/comments/:id',
    {
      access: authenticated,
      params: z.object({ slug: z.string(), id: z.int('is invalid') }),
      errors: [CommentNotFound, CommentForbidden],
      summary: 'Delete a comment',
    },
    ({ params, user, comments }) => comments.delete(params.slug, params.id, user),
  ),
})
