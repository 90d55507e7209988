import { and, eq, isNotNull } from 'drizzle-orm'
import { z } from 'zod'
import { allOf } from '../../core/access/index.ts'
import { Conflict, NotFound, Unavailable, ValidationFailed } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import type { Transaction } from '../../data/drizzle.ts'
import { isoTime } from '../../data/wire-times.ts'
import { named } from '../../schema/named.ts'
import { FRESH_SECONDS } from '../accounts/parts.ts'
import { RecentAuthenticationRequired, TokenInvalid } from '../core/errors.ts'
import type { UserRows } from '../core/user-row.ts'
import type { UserId } from '../identity.ts'
import { beginFlow } from './flow.ts'
import { IdentityRows } from './identity-rows.ts'
import { providerParams } from './log-in-operations.ts'
import type { ProviderParts } from './options.ts'
import { checkedReturn, ReturnTo } from './schemas.ts'

/** A provider that somebody can log in with. */
const LinkedIdentity = named(
  'LinkedIdentity',
  z.object({
    id: z.uuid(),
    provider: z.string(),
    /** As the provider gave it when it was last used; it is no proof of anything here. */
    email: z.string().nullable(),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().nullable(),
  }),
)

/** Links the caller's account to a provider. */
export function linkOperation<Name extends string>(parts: ProviderParts<Name>) {
  const { core, clients } = parts
  return route.post(
    '/:provider/link',
    {
      access: allOf(core.access.unrestricted, core.access.recent(FRESH_SECONDS)),
      summary: 'Link my account to a provider',
      description:
        'Gives the URL to open, within 10 minutes and in the browser that has sent this request: it keeps a cookie of this answer. The browser comes back to `returnTo`, ' +
        'with `error` where it did not succeed.',
      params: providerParams(parts.names),
      body: z.object({ returnTo: ReturnTo }),
      uses: { oneTimeTokens: core.oneTimeTokens, clients },
      response: z.object({ url: z.string() }),
      errors: [ValidationFailed, TokenInvalid, RecentAuthenticationRequired, Unavailable],
    },
    async ({ params: { provider }, body, user, request, response, ...uses }) => {
      if (user.sessionId === undefined) throw new TokenInvalid('Only a session can link, and you have none.')
      const returnTo = checkedReturn(parts, body.returnTo, { part: 'body', isOfDevice: false })
      const link = { userId: user.id, sessionId: user.sessionId }
      const flow = { provider, returnTo, delivery: 'session' as const, link }
      return { url: await beginFlow({ ...uses, request, response }, parts, flow) }
    },
  )
}

/** The providers that the caller can log in with. */
export function identitiesOperation({ core }: ProviderParts) {
  return route.get(
    '/identities',
    {
      access: core.access.unrestricted,
      summary: 'List the providers I can log in with',
      uses: { tx: core.tx },
      response: z.array(LinkedIdentity),
    },
    async ({ user, tx }) =>
      (await new IdentityRows(tx, core.tables).ofUser(user.id)).map(
        ({ id, provider, email, createdAt, lastUsedAt }) => ({
          id,
          provider,
          email,
          createdAt: isoTime(createdAt),
          lastUsedAt: lastUsedAt === null ? null : isoTime(lastUsedAt),
        }),
      ),
  )
}

/** Takes a provider from the caller's account. */
export function unlinkOperation(parts: ProviderParts) {
  const { core } = parts
  const { tx, userRows, events, mail } = core
  return route.delete(
    '/identities/:id',
    {
      access: allOf(core.access.unrestricted, core.access.recent(FRESH_SECONDS)),
      summary: 'Unlink a provider',
      description: 'Not the last way to log in: set a password first.',
      params: z.object({ id: z.uuid() }),
      uses: { tx, userRows, events, mail },
      errors: [NotFound, Conflict, RecentAuthenticationRequired],
    },
    async ({ params: { id }, user: caller, ...uses }) => {
      // Locked: of two that are unlinked at once, the second is the last one.
      const { passwordHash } = await uses.userRows.credentials(caller.id)
      const rows = new IdentityRows(uses.tx, core.tables)
      const removed = await rows.remove(caller.id, id)
      if (removed === undefined) throw new NotFound('No such provider is linked to your account.')
      const hasOther =
        passwordHash !== null ||
        (await rows.hasOther(caller.id, id, parts.names)) ||
        (await hasPasskey(uses.tx, parts, caller.id))
      if (!hasOther) throw new Conflict('It is the last way to log in to your account: set a password first.')
      const { provider } = removed
      await uses.events.record('identity_unlinked', { userId: caller.id, details: { provider } })
      await tell(uses, caller.id, provider)
    },
  )
}

async function tell(
  { userRows, mail }: { readonly userRows: UserRows; readonly mail: { send(...given: MailGiven): void } },
  userId: UserId,
  provider: string,
): Promise<void> {
  const user = await userRows.byId(userId)
  if (user?.email == null) return
  mail.send('factor-changed', user.email, { change: `it cannot be logged in to with "${provider}" any more` })
}

type MailGiven = [template: 'factor-changed', to: string, data: { readonly change: string }]

async function hasPasskey(tx: Transaction, { core }: ProviderParts, user: UserId): Promise<boolean> {
  const { authFactors } = core.tables
  const { id, userId, type, confirmedAt } = authFactors
  const found = await tx
    .select({ id })
    .from(authFactors)
    .where(and(eq(userId, user), eq(type, 'passkey'), isNotNull(confirmedAt)))
    .limit(1)
  return found.length > 0
}
