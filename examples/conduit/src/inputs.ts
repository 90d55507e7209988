import { dependency } from 'ashlar'
import { z } from 'zod'

export const BLANK = "can't be blank"

/** What is said about a value of the wrong type: one that is missing or null is blank. */
export const blankOrInvalid = {
  error: ({ input }: { readonly input?: unknown }): string =>
    input === undefined || input === null ? BLANK : 'is invalid',
}

/** Text with something in it. */
export const filled = z.string(blankOrInvalid).regex(/\S/, { error: BLANK, abort: true })

/** The same for what is looked up by an index, whose keys are bounded. */
export const indexed = filled.max(255, 'is too long (maximum is 255 characters)')

/** At most this many at once, whatever is asked for: the specification names no limit, and a request must have one. */
const MAX_LIMIT = 100

/** Which part of a list is wanted. */
export const page = dependency(
  {
    query: z.object({
      limit: z
        .int('must be a whole number')
        .min(1, 'must be at least 1')
        .default(20)
        .describe(`How many to return; at most ${MAX_LIMIT} are.`),
      offset: z
        .int('must be a whole number')
        .min(0, 'must be at least 0')
        .default(0)
        .describe('How many to skip before the first one returned.'),
    }),
  },
  ({ query: { limit, offset } }) => ({ limit: Math.min(limit, MAX_LIMIT), offset }),
)

export interface Page {
  readonly limit: number
  readonly offset: number
}
