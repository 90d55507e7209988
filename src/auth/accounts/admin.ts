import { z } from 'zod'
import { Conflict, NotFound, ValidationFailed } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import { RecentAuthenticationRequired } from '../core/errors.ts'
import { LoggedIn } from '../core/log-in-result.ts'
import type { UserRow, UserRows } from '../core/user-row.ts'
import type { Identity, UserId } from '../identity.ts'
import { accountEvents } from './admin-events.ts'
import { administrators, keepAnAdministrator, provenAdministrators } from './administrators.ts'
import { accountList, adminUserSchema } from './admin-list.ts'
import { RESET_PASSWORD, type AccountParts } from './parts.ts'

/** What administrators do with accounts, below `/admin/users`. */
export function adminOperations(parts: AccountParts) {
  return router('/admin/users', {
    ...accountList(parts),
    setRoles: setRoles(parts),
    ...disabling(parts),
    forceReset: forceReset(parts),
    endSessions: endSessions(parts),
    impersonate: impersonate(parts),
    events: accountEvents(parts),
  })
}

/** Locks the account: until the operation ends nobody logs in to it. */
async function find(userRows: UserRows, id: UserId): Promise<UserRow> {
  const found = await userRows.byId(id)
  if (found === undefined) throw new NotFound('There is no such account.')
  await userRows.credentials(id)
  return (await userRows.byId(id)) ?? found
}

function setRoles(parts: AccountParts) {
  const { core, schemas } = parts
  const { adminRole = 'admin' } = core.options
  return route.put(
    '/:id/roles',
    {
      access: provenAdministrators(core),
      summary: "Set an account's roles",
      description: 'Holds at once: what was issued for the roles before is refused.',
      uses: {
        tx: core.tx,
        userRows: core.userRows,
        events: core.events,
        process: core.process,
        sessions: core.sessions,
      },
      params: schemas.params,
      body: z.object({ roles: z.array(z.string().min(1).max(100)).max(100) }),
      response: adminUserSchema(parts),
      errors: [NotFound, Conflict, ValidationFailed, RecentAuthenticationRequired],
    },
    async ({ params, body, user: admin, tx, userRows, events, process, sessions }) => {
      const roles = [...new Set(body.roles)]
      checkRoles(core, roles)
      const before = await find(userRows, params.id)
      if (isSame(before, admin) && !roles.includes(adminRole))
        throw new Conflict(`You cannot take the role "${adminRole}" from yourself: another administrator can.`)
      const isLeaving = before.roles.includes(adminRole) && !roles.includes(adminRole)
      if (isLeaving) await keepAnAdministrator(core, tx, before)
      const changed = await userRows.update(before.id, { roles })
      await process.revocations.raiseEpoch(tx, before.id)
      if (isLeaving) await sessions.endImpersonations(before.id)
      await events.record('roles_changed', { userId: before.id, details: { from: before.roles, to: roles } })
      return changed
    },
  )
}

/** A misspelt role would be one that opens nothing. */
function checkRoles({ options }: AccountsCore, roles: readonly string[]): void {
  if (options.roles === undefined) return
  const known = new Set([
    ...Object.keys(options.roles),
    options.adminRole ?? 'admin',
    ...(options.register?.roles ?? []),
  ])
  const issues = roles.flatMap((role, index) => (known.has(role) ? [] : [unknownRole(role, index, known)]))
  if (issues.length > 0) throw new ValidationFailed(issues)
}

function unknownRole(role: string, index: number, known: ReadonlySet<string>) {
  const message = `There is no role "${role}". Roles are ${[...known].join(', ')}.`
  return { in: 'body', path: ['roles', index], code: 'unknown_role', message, input: role } as const
}

const isSame = ({ id }: UserRow, admin: Identity): boolean => String(id) === String(admin.id)

function disabling(parts: AccountParts) {
  const { core, schemas } = parts
  const common = {
    access: administrators(core),
    uses: { tx: core.tx, userRows: core.userRows, sessions: core.sessions, events: core.events },
    params: schemas.params,
    response: adminUserSchema(parts),
    errors: [NotFound, Conflict],
  }
  return {
    disable: route.post(
      '/:id/disable',
      { ...common, summary: 'Disable an account', description: 'Everything it is logged in with ends at once.' },
      async ({ params, user: admin, tx, userRows, sessions, events }) => {
        const found = await find(userRows, params.id)
        if (isSame(found, admin)) throw new Conflict('You cannot disable your own account: another administrator can.')
        await keepAnAdministrator(core, tx, found)
        const disabledAt = found.disabledAt ?? new Date().toISOString()
        const disabled = await userRows.update(found.id, { disabledAt })
        await sessions.endAll(found.id)
        await events.record('account_disabled', { userId: found.id })
        return disabled
      },
    ),
    enable: route.post(
      '/:id/enable',
      { ...common, summary: 'Enable an account' },
      async ({ params, userRows, events }) => {
        const found = await find(userRows, params.id)
        const enabled = await userRows.update(found.id, { disabledAt: null })
        await events.record('account_enabled', { userId: found.id })
        return enabled
      },
    ),
  }
}

function forceReset({ core, schemas }: AccountParts) {
  const { userRows, sessions, oneTimeTokens, mail, events } = core
  return route.post(
    '/:id/force-reset',
    {
      access: administrators(core),
      summary: 'Make an account set a new password',
      description: 'The present one is not taken any more, all sessions end, and the owner gets a link by mail.',
      uses: { userRows, sessions, oneTimeTokens, mail, events },
      params: schemas.params,
      errors: [NotFound],
    },
    async ({ params, ...uses }) => {
      const { id, email } = await find(uses.userRows, params.id)
      await uses.userRows.setMustReset(id, true)
      await uses.sessions.endAll(id)
      await uses.oneTimeTokens.drop(id, RESET_PASSWORD.purpose)
      await uses.events.record('password_reset_forced', { userId: id })
      if (email === null) return
      const token = await uses.oneTimeTokens.issue({ ...RESET_PASSWORD, userId: id, subject: email })
      uses.mail.send('reset-password', email, { token })
    },
  )
}

function endSessions({ core, schemas }: AccountParts) {
  return route.post(
    '/:id/end-sessions',
    {
      access: administrators(core),
      summary: 'End all sessions of an account',
      uses: { userRows: core.userRows, sessions: core.sessions, events: core.events, mail: core.mail },
      params: schemas.params,
      errors: [NotFound],
    },
    async ({ params, userRows, sessions, events, mail }) => {
      const { id, email } = await find(userRows, params.id)
      await sessions.endAll(id)
      await events.record('sessions_ended', { userId: id })
      if (email !== null) mail.send('sessions-ended', email)
    },
  )
}

function impersonate({ core, schemas }: AccountParts) {
  return route.post(
    '/:id/impersonate',
    {
      access: provenAdministrators(core),
      summary: 'Act as a user',
      description:
        'Begins a session as this user for an hour at most, which shows who acts and cannot manage the account. It stands in the events of the account, with the reason.',
      uses: { userRows: core.userRows, sessions: core.sessions, events: core.events },
      params: schemas.params,
      body: z.object({ reason: z.string().trim().min(1).max(500), delivery: schemas.delivery }),
      response: LoggedIn,
      errors: [NotFound, Conflict, RecentAuthenticationRequired],
    },
    async ({ params, body: { reason, delivery }, user: admin, userRows, sessions, events }) => {
      const user = await find(userRows, params.id)
      if (isSame(user, admin)) throw new Conflict('This is your own account.')
      if (user.disabledAt !== null) throw new Conflict('The account is disabled: enable it first.')
      const session = await sessions.begin({ user, methods: admin.methods, delivery, impersonatorId: admin.id })
      const details = { reason, sessionId: session.sessionId }
      await events.record('impersonated', { userId: user.id, actorId: admin.id, details })
      return session
    },
  )
}
