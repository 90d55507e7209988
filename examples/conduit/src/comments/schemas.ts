import { named } from 'ashlar'
import { z } from 'zod'
import { blankOrInvalid, filled } from '../inputs.ts'
import { Profile } from '../profiles/schemas.ts'

export const NewComment = named(
  'NewComment',
  z.object({ body: filled.meta({ examples: ['His name was my name too.'] }) }, blankOrInvalid),
)

export const Comment = named(
  'Comment',
  z.object({
    id: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    body: z.string(),
    author: Profile,
  }),
)
export type Comment = z.infer<typeof Comment>

export const CommentResponse = named('CommentResponse', z.object({ comment: Comment }))
export const CommentsResponse = named('CommentsResponse', z.object({ comments: z.array(Comment) }))
