import { defineError, type AshlarError } from 'ashlar/errors'
import { UniqueViolation } from 'ashlar/data'
import { z } from 'zod'
import { database } from './database.ts'

export const ProfileNotFound = defineError({ code: 'profile_not_found', status: 404, title: 'No such profile' })
export const ArticleNotFound = defineError({ code: 'article_not_found', status: 404, title: 'No such article' })
export const CommentNotFound = defineError({ code: 'comment_not_found', status: 404, title: 'No such comment' })

export const ArticleForbidden = defineError({
  code: 'article_forbidden',
  status: 403,
  title: 'Only its author may change an article',
})
export const CommentForbidden = defineError({
  code: 'comment_forbidden',
  status: 403,
  title: 'Only its author may delete a comment',
})

/** Values that must be unique, and are another's already. */
export const Taken = defineError({
  code: 'taken',
  status: 409,
  title: 'The value is taken',
  fix: 'Choose other values for the fields named under errors.',
  data: z.object({ fields: z.array(z.string()) }),
})

/** The same for changes: the specification has a 409 for what is created, and only 422 for what is changed. */
export const Unusable = defineError({
  code: 'unusable',
  status: 422,
  title: 'The value cannot be used',
  fix: 'Choose other values for the fields named under errors.',
  data: z.object({ fields: z.array(z.string()) }),
})

export function unusable({ data }: InstanceType<typeof Taken>): InstanceType<typeof Unusable> {
  return new Unusable(`Taken: ${data.fields.join(', ')}.`, { data })
}

export function taken(...fields: string[]): InstanceType<typeof Taken> {
  return new Taken(`Taken: ${fields.join(', ')}.`, { data: { fields } })
}

/** The field behind each unique constraint. An article's slug is made of its title. */
const FIELDS: Readonly<Record<string, string>> = {
  users_username_key: 'username',
  users_email_unique: 'email',
  articles_slug_key: 'title',
}

/** Of two requests that claim a value at the same moment, the constraint refuses one: it gets the same answer as any that comes later. */
export function takenByConstraint(
  error: unknown,
  known: AshlarError | undefined = error instanceof UniqueViolation ? error : database.translateError(error),
): InstanceType<typeof Taken> | undefined {
  const field = known instanceof UniqueViolation ? FIELDS[known.data.constraint] : undefined
  return field === undefined ? undefined : taken(field)
}
