import { asc, gt } from 'drizzle-orm'
import { z } from 'zod'
import { BadRequest, NotFound } from '../../core/errors/index.ts'
import { reply } from '../../core/reply.ts'
import { router } from '../../core/router.ts'
import { named } from '../../schema/named.ts'
import { newSecret, secretHash } from '../core/secrets.ts'
import { removeClient, renewClientSecret, updateClient } from './client-changes.ts'
import { administrators, ClientWithSecret, existingClient, Id } from './client-administration.ts'
import type { ServerParts } from './options.ts'
import { checkTogether, Client, registrationSchemas, shown } from './registration.ts'

const ClientPage = named('OAuthClientPage', z.object({ items: z.array(Client), next: z.string().nullable() }))

const LIMIT = 20
const MAX_LIMIT = 100

/** Clients, for administrators. */
export function clientOperations(parts: ServerParts) {
  const { ClientChanges, NewClient } = registrationSchemas(parts.scopes)
  return router('/clients', {
    create: createClient(parts, NewClient),
    list: listClients(parts),
    read: administrators(parts).get(
      '/:id',
      { params: Id, response: Client, errors: [NotFound], summary: 'Read a client' },
      async ({ params: { id }, tx }) => shown(await existingClient(tx, parts, id)),
    ),
    update: updateClient(parts, ClientChanges),
    renewSecret: renewClientSecret(parts),
    remove: removeClient(parts),
  })
}

function createClient(parts: ServerParts, body: ReturnType<typeof registrationSchemas>['NewClient']) {
  return administrators(parts).post(
    '/',
    {
      body,
      response: { 201: ClientWithSecret },
      status: 201,
      errors: [BadRequest],
      summary: 'Register a client',
      description: 'The secret is in this answer only; the server keeps its hash.',
    },
    async ({ body: { public: isPublicClient, ...values }, user, tx, events }) => {
      checkTogether({ ...values, public: isPublicClient })
      const secret = isPublicClient ? undefined : newSecret()
      const kept = secret === undefined ? null : secretHash(secret)
      const [row] = await tx
        .insert(parts.tables.oauthClients)
        .values({ ...values, secretHash: kept, createdBy: String(user.id) })
        .returning()
      const client = shown(row!)
      await events.record('oauth_client_created', { details: { clientId: client.id, name: client.name } })
      return reply(201, { ...client, ...(secret !== undefined && { secret }) }, { 'cache-control': 'no-store' })
    },
  )
}

function listClients(parts: ServerParts) {
  const { oauthClients } = parts.tables
  return administrators(parts).get(
    '/',
    {
      query: z.object({ limit: z.int().min(1).max(MAX_LIMIT).default(LIMIT), after: z.uuid().optional() }),
      response: ClientPage,
      summary: 'List clients',
    },
    async ({ query: { limit, after }, tx }) => {
      const rows = await tx
        .select()
        .from(oauthClients)
        .where(after === undefined ? undefined : gt(oauthClients.id, after))
        .orderBy(asc(oauthClients.id))
        .limit(limit + 1)
      const items = rows.slice(0, limit).map(shown)
      return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
    },
  )
}
