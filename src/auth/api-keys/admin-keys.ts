import { z } from 'zod'
import { allOf } from '../../core/access/index.ts'
import { Conflict, NotFound } from '../../core/errors/index.ts'
import { reply } from '../../core/reply.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import { columnSchema } from '../../data/columns/column-schema.ts'
import { RecentAuthenticationRequired } from '../core/errors.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import type { UserRow, UserRows } from '../core/user-row.ts'
import type { UserId } from '../identity.ts'
import { interactive } from './interactive.ts'
import type { KeyParts } from './options.ts'
import { scopesInWords } from './own-keys.ts'
import { ApiKey, ApiKeyWithSecret, newKeyOfOthersSchema, shownKey } from './schemas.ts'
import { UserKeys } from './user-keys.ts'

const FRESH_SECONDS = 300

/** Keys of other users, for administrators. */
export function adminKeyOperations(parts: KeyParts) {
  const { core } = parts
  const { tx, userRows, events, process } = core
  const administrators = allOf(core.access.role(core.options.adminRole ?? 'admin'), interactive(core))
  const theirs = route.with({ access: administrators, uses: { tx, userRows, events, process }, errors: [NotFound] })
  const params = userParams(core)
  return router('/admin/users', {
    list: theirs.get(
      '/:userId/keys',
      { params, response: z.array(ApiKey), summary: "List a user's API keys", description: 'The newest first.' },
      async ({ params: { userId }, user: admin, ...uses }) => {
        const { id } = await existing(uses.userRows, userId)
        return (await new UserKeys(parts, uses, { userId: id, actorId: admin.id }).list()).map(shownKey)
      },
    ),
    create: theirs.post(
      '/:userId/keys',
      {
        access: allOf(administrators, core.access.recent(FRESH_SECONDS)),
        params,
        body: newKeyOfOthersSchema(parts),
        response: { 201: ApiKeyWithSecret },
        status: 201,
        errors: [NotFound, Conflict, RecentAuthenticationRequired],
        summary: 'Make an API key for a user',
        description: `Always with scopes, so that it never manages the account. The key is in this answer only. ${scopesInWords(parts)}`,
      },
      async ({ params: { userId }, body, user: admin, ...uses }) => {
        const { id } = await existing(uses.userRows, userId)
        const { row, key } = await new UserKeys(parts, uses, { userId: id, actorId: admin.id }).make(body, null)
        return reply(201, { ...shownKey(row), key })
      },
    ),
    revoke: theirs.delete(
      '/:userId/keys/:id',
      { params: params.extend({ id: z.uuid() }), summary: "Revoke a user's API key", description: 'It ends at once.' },
      async ({ params: { userId, id }, user: admin, ...uses }) =>
        new UserKeys(parts, uses, { userId, actorId: admin.id }).revoke(id),
    ),
  })
}

function userParams({ users }: AccountsCore) {
  return z.object({ userId: (columnSchema(users.id) ?? z.string()) as z.ZodType<UserId, UserId> })
}

/** @throws NotFound */
async function existing(userRows: UserRows, id: UserId): Promise<UserRow> {
  const found = await userRows.byId(id)
  if (found === undefined) throw new NotFound('There is no such account.')
  return found
}
