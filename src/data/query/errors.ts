import { z } from 'zod'
import { defineError } from '../../core/errors/index.ts'

/** 400: a list was asked for by names it does not have: parameters, columns, operators, relations. */
export const QueryInvalid = defineError({
  code: 'query_invalid',
  status: 400,
  title: 'The list cannot be asked for like this',
  fix: 'Use the names listed under allowed, for each of the problems under data.',
  data: z.object({
    problems: z.array(
      z.object({
        parameter: z.string(),
        /** What was given, where the parameter itself is known. */
        value: z.string().optional(),
        /** What may stand in its place. */
        allowed: z.array(z.string()),
      }),
    ),
  }),
})

/** 400: a cursor was edited, is of another key, or of a list with another sort, filter or search. */
export const CursorInvalid = defineError({
  code: 'cursor_invalid',
  status: 400,
  title: 'The cursor is not one of this list',
  fix: 'Repeat a cursor as it was given, with the same sort, filters and search; or start again without one.',
})
