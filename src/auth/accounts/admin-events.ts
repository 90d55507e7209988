import { and, desc, eq, lt } from 'drizzle-orm'
import { z } from 'zod'
import { route } from '../../core/route.ts'
import { isoTime } from '../../data/wire-times.ts'
import { named } from '../../schema/named.ts'
import { administrators } from './administrators.ts'
import type { AccountParts } from './parts.ts'

const PAGE = 20
const MAX_PAGE = 100

const AccountEvent = named(
  'AccountEvent',
  z.object({
    id: z.string(),
    at: z.iso.datetime(),
    /** What happened, such as `logged_in`. */
    event: z.string(),
    /** Who did it. */
    actorId: z.string().nullable(),
    requestId: z.string().nullable(),
    address: z.string().nullable(),
    details: z.record(z.string(), z.unknown()),
  }),
)

/** What happened to an account, the newest first; also to one that is deleted. */
export function accountEvents({ core, schemas }: AccountParts) {
  const { authEvents } = core.tables
  return route.get(
    '/:id/events',
    {
      access: administrators(core),
      summary: 'Events of an account',
      uses: { tx: core.tx },
      params: schemas.params,
      query: z.object({
        limit: z.int().min(1).max(MAX_PAGE).default(PAGE),
        /** `next` of the page before. */
        cursor: z
          .string()
          .regex(/^[1-9]\d{0,18}$/)
          .optional(),
      }),
      response: z.object({ items: z.array(AccountEvent), next: z.string().nullable() }),
    },
    async ({ params, query: { limit, cursor }, tx }) => {
      const ofUser = eq(authEvents.userId, String(params.id))
      const where = cursor === undefined ? ofUser : and(ofUser, lt(authEvents.id, BigInt(cursor)))
      const rows = await tx
        .select()
        .from(authEvents)
        .where(where)
        .orderBy(desc(authEvents.id))
        .limit(limit + 1)
      const items = rows.slice(0, limit).map(({ id, at, ...row }) => ({ ...row, id: String(id), at: isoTime(at) }))
      return { items, next: rows.length > limit ? items.at(-1)!.id : null }
    },
  )
}
