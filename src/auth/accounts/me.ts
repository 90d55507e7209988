import { z } from 'zod'
import { isRecent } from '../core/recent.ts'
import { Conflict, Forbidden, NotFound, TooManyRequests } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import { ForeignKeyViolation, UniqueViolation } from '../../data/errors.ts'
import { named } from '../../schema/named.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import { InvalidCredentials, RecentAuthenticationRequired } from '../core/errors.ts'
import { keepOwners } from '../core/membership.ts'
import type { UserRow } from '../core/user-row.ts'
import type { Identity } from '../identity.ts'
import type { Passwords } from '../password/passwords.ts'
import { clearSessionCookies } from '../sessions/session-cookies.ts'
import { keepAnAdministrator } from './administrators.ts'
import { FRESH_SECONDS, type AccountParts } from './parts.ts'
import { checkNames } from './registration.ts'
import { Password, type AccountSchemas } from './schemas.ts'

/** By what the caller is known. */
export const SessionFacts = z.object({
  /** Null for credentials that belong to none, such as API keys. */
  id: z.string().nullable(),
  via: z.enum(['session', 'token', 'api-key', 'oauth', 'client']),
  methods: z.array(z.enum(['pwd', 'otp', 'passkey', 'recovery', 'provider'])),
  /** When they last proved who they are, in seconds since the epoch; 0 where nobody did. */
  authenticatedAt: z.number(),
  /** What the credentials are limited to; `*` where they are not. */
  scopes: z.array(z.string()),
  clientId: z.string().nullable(),
  /** The administrator who acts as this user. */
  impersonatedBy: z.union([z.string(), z.number()]).nullable(),
  /** The organisation that is chosen. */
  organisation: z.object({ id: z.string(), roles: z.array(z.string()) }).nullable(),
})
export type SessionFacts = z.infer<typeof SessionFacts>

/** What users see of themselves. */
export function meSchema({ shown }: AccountSchemas): z.ZodObject {
  return named('Me', shown.extend({ permissions: z.array(z.string()), session: SessionFacts }))
}

export function meOperations(parts: AccountParts) {
  const response = meSchema(parts.schemas)
  return { me: readMe(parts, response), updateMe: updateMe(parts, response), deleteMe: deleteMe(parts) }
}

function readMe({ core }: AccountParts, response: z.ZodObject) {
  return route.get(
    '/me',
    {
      access: core.access.authenticated,
      summary: 'Who am I',
      uses: { userRows: core.userRows },
      response,
      errors: [NotFound],
    },
    async ({ user, userRows }) => shown(user, await userRows.byId(user.id)),
  )
}

function updateMe({ core, schemas }: AccountParts, response: z.ZodObject) {
  return route.patch(
    '/me',
    {
      access: core.access.authenticated,
      summary: 'Change my profile',
      uses: { tx: core.tx, userRows: core.userRows },
      body: schemas.profileChanges,
      response,
      errors: [NotFound, Forbidden, UniqueViolation, Conflict],
    },
    async ({ user, body, tx, userRows }) => {
      const before = await userRows.byId(user.id)
      if (before === undefined || Object.keys(body).length === 0) return shown(user, before)
      const changed = Object.fromEntries(Object.entries(body).filter(([key, value]) => value !== before[key]))
      checkMayRename(core, user, changed)
      await checkNames(core, tx, changed)
      return shown(user, await userRows.update(before.id, body))
    },
  )
}

/** Who acts for somebody else changes their profile, and leaves what they log in with alone. */
function checkMayRename({ options }: AccountsCore, { restricted, impersonatedBy }: Identity, changed: object): void {
  const isOwner = !restricted && impersonatedBy === undefined
  const name = isOwner ? undefined : (options.logInWith ?? []).find((key) => Object.hasOwn(changed, key))
  if (name !== undefined) throw new Forbidden(`The ${name} is logged in with: only its owner changes it.`)
}

function deleteMe({ core, passwords }: AccountParts) {
  const { tx, userRows, sessions, events } = core
  return route.delete(
    '/me',
    {
      access: core.access.unrestricted,
      summary: 'Delete my account',
      description: `By the password, or within ${FRESH_SECONDS / 60} minutes after a proof of who calls.`,
      uses: { tx, userRows, sessions, events, passwords },
      body: z.object({ password: Password.optional() }).optional(),
      errors: [
        NotFound,
        Conflict,
        InvalidCredentials,
        RecentAuthenticationRequired,
        ForeignKeyViolation,
        TooManyRequests,
      ],
    },
    async ({ user, body, request, response, passwords: checked, ...uses }) => {
      await proveFresh(checked, user, body?.password)
      const found = await uses.userRows.byId(user.id)
      if (found === undefined) throw new NotFound()
      await keepAnAdministrator(core, uses.tx, found)
      await keepOwners(core, uses.tx, found.id)
      await uses.sessions.endAll(found.id)
      await uses.events.record('account_deleted', { userId: found.id })
      await uses.userRows.remove(found.id)
      clearSessionCookies({ request, response })
    },
  )
}

/**
 * By the password, or by the age of the session.
 *
 * @throws InvalidCredentials, RecentAuthenticationRequired
 */
export async function proveFresh(passwords: Passwords, user: Identity, password: string | undefined): Promise<void> {
  if (password !== undefined) {
    await passwords.ofUser(user.id, password)
    return
  }
  if (isRecent(user, FRESH_SECONDS)) return
  throw new RecentAuthenticationRequired('Send your password, or authenticate again.', {
    headers: { 'www-authenticate': `Bearer error="insufficient_user_authentication", max_age=${FRESH_SECONDS}` },
  })
}

function shown(identity: Identity, row: UserRow | undefined): Record<string, unknown> {
  if (row === undefined) throw new NotFound('These credentials belong to no user.')
  const { sessionId, via, methods, authenticatedAt, scopes, clientId, impersonatedBy, organisation } = identity
  const session: SessionFacts = {
    id: sessionId ?? null,
    via,
    methods: [...methods],
    authenticatedAt,
    scopes: [...scopes],
    clientId: clientId ?? null,
    impersonatedBy: impersonatedBy ?? null,
    organisation: organisation === undefined ? null : { id: organisation.id, roles: [...organisation.roles] },
  }
  return { ...row, permissions: [...identity.permissions], session }
}
