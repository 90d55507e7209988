import { eq } from 'drizzle-orm'
import { BadRequest, NotFound } from '../../core/errors/index.ts'
import { reply } from '../../core/reply.ts'
import type { Transaction } from '../../data/drizzle.ts'
import { newSecret, secretHash } from '../core/secrets.ts'
import { administrators, ClientWithSecret, existingClient, Id } from './client-administration.ts'
import { isPublic, type ClientRow } from './clients.ts'
import type { ServerParts } from './options.ts'
import { checkTogether, Client, type registrationSchemas, shown } from './registration.ts'

export function updateClient(parts: ServerParts, body: ReturnType<typeof registrationSchemas>['ClientChanges']) {
  return administrators(parts).patch(
    '/:id',
    {
      params: Id,
      body,
      response: Client,
      errors: [NotFound, BadRequest],
      summary: 'Change a client',
      description: 'What it was granted before and may not ask for any more is left out when its tokens are refreshed.',
    },
    async ({ params: { id }, body: changes, tx, events }) => {
      const before = await existingClient(tx, parts, id)
      // JSON has no `undefined`: what is not there is not in the object.
      const values = changes as Partial<ClientRow>
      checkTogether({ ...shown(before), ...values })
      if (Object.keys(values).length === 0) return shown(before)
      await events.record('oauth_client_changed', { details: { clientId: id, changed: Object.keys(values) } })
      return shown(await update(tx, parts, { id, values }))
    },
  )
}

export function renewClientSecret(parts: ServerParts) {
  return administrators(parts).post(
    '/:id/secret',
    {
      params: Id,
      response: { 200: ClientWithSecret },
      errors: [NotFound, BadRequest],
      summary: 'Give a client another secret',
      description: 'The old one holds no longer. Tokens that were issued stay.',
    },
    async ({ params: { id }, tx, events }) => {
      if (isPublic(await existingClient(tx, parts, id))) throw new BadRequest('A public client has no secret.')
      const secret = newSecret()
      const row = await update(tx, parts, { id, values: { secretHash: secretHash(secret) } })
      await events.record('oauth_client_secret_renewed', { details: { clientId: id } })
      return reply(200, { ...shown(row), secret }, { 'cache-control': 'no-store' })
    },
  )
}

export function removeClient(parts: ServerParts) {
  const { authSessions } = parts.core.tables
  const { oauthClients } = parts.tables
  return administrators(parts).delete(
    '/:id',
    {
      params: Id,
      errors: [NotFound],
      summary: 'Remove a client',
      description: 'Everything it was given ends at once.',
    },
    async ({ params: { id }, tx, events, process }) => {
      await existingClient(tx, parts, id)
      await tx.delete(oauthClients).where(eq(oauthClients.id, id))
      await tx.delete(authSessions).where(eq(authSessions.clientId, id))
      await process.revocations.record(tx, { kind: 'client', subject: id })
      await events.record('oauth_client_removed', { details: { clientId: id } })
    },
  )
}

async function update(
  tx: Transaction,
  { tables: { oauthClients } }: ServerParts,
  { id, values }: { readonly id: string; readonly values: Partial<typeof oauthClients.$inferInsert> },
): Promise<ClientRow> {
  const [row] = await tx.update(oauthClients).set(values).where(eq(oauthClients.id, id)).returning()
  if (row === undefined) throw new NotFound('There is no such client.')
  return row
}
