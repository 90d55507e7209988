import { z } from 'zod'
import { allOf } from '../../core/access/index.ts'
import { Conflict, NotFound } from '../../core/errors/index.ts'
import { reply } from '../../core/reply.ts'
import { route } from '../../core/route.ts'
import { RecentAuthenticationRequired } from '../core/errors.ts'
import { interactive } from './interactive.ts'
import type { KeyParts } from './options.ts'
import { ApiKey, ApiKeyWithSecret, KeyName, newKeySchema, shownKey } from './schemas.ts'
import { UserKeys } from './user-keys.ts'

const FRESH_SECONDS = 300

export const KeyId = z.object({ id: z.uuid() })

/** A user's own keys. Whose they are is who calls, whatever a body says (GA12). */
export function ownKeyOperations(parts: KeyParts) {
  const { tx, userRows, events, process } = parts.core
  const mine = route.with({ access: interactive(parts.core), uses: { tx, userRows, events, process } })
  return {
    create: mine.post(
      '/keys',
      {
        // It outlives the session, and a change of the password.
        access: allOf(interactive(parts.core), parts.core.access.recent(FRESH_SECONDS)),
        body: newKeySchema(parts),
        response: { 201: ApiKeyWithSecret },
        status: 201,
        errors: [Conflict, RecentAuthenticationRequired],
        summary: 'Make an API key',
        description: `The key is in this answer only. It acts in the organisation that the session has chosen. ${scopesInWords(parts)}`,
      },
      async ({ body, user, ...uses }) => {
        const keys = new UserKeys(parts, uses, { userId: user.id, actorId: user.id })
        const { row, key } = await keys.make(body, user.organisation?.id ?? null)
        return reply(201, { ...shownKey(row), key })
      },
    ),
    list: mine.get(
      '/keys',
      { response: z.array(ApiKey), summary: 'List my API keys', description: 'The newest first.' },
      async ({ user, ...uses }) =>
        (await new UserKeys(parts, uses, { userId: user.id, actorId: user.id }).list()).map(shownKey),
    ),
    rename: mine.patch(
      '/keys/:id',
      {
        params: KeyId,
        body: z.object({ name: KeyName }),
        response: ApiKey,
        errors: [NotFound],
        summary: 'Rename one of my API keys',
      },
      async ({ params: { id }, body: { name }, user, ...uses }) =>
        shownKey(await new UserKeys(parts, uses, { userId: user.id, actorId: user.id }).rename(id, name)),
    ),
    revoke: mine.delete(
      '/keys/:id',
      { params: KeyId, errors: [NotFound], summary: 'Revoke one of my API keys', description: 'It ends at once.' },
      ({ params: { id }, user, ...uses }) =>
        new UserKeys(parts, uses, { userId: user.id, actorId: user.id }).revoke(id),
    ),
  }
}

/** For the description of an operation. */
export function scopesInWords({ scopes }: KeyParts): string {
  const words = Object.entries(scopes).map(([name, allowed]) => `\`${name}\` (${allowed})`)
  return `Scopes: ${words.join(', ')}.`
}
