import { named } from 'ashlar'
import { tableSchemas } from 'ashlar/data'
import { z } from 'zod'
import { blankOrInvalid, filled } from '../inputs.ts'
import { Profile } from '../profiles/schemas.ts'
import { comments } from './table.ts'

export const NewComment = named(
  'NewComment',
  z.object({ body: filled.meta({ examples: ['His name was my name too.'] }) }, blankOrInvalid),
)

const { row } = tableSchemas(comments)

export const Comment = named(
  'Comment',
  row.pick({ id: true, createdAt: true, updatedAt: true, body: true }).extend({ author: Profile }),
)
export type Comment = z.infer<typeof Comment>

export const CommentResponse = named('CommentResponse', z.object({ comment: Comment }))
export const CommentsResponse = named('CommentsResponse', z.object({ comments: z.array(Comment) }))
