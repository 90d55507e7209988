import { z } from 'zod'
import { allOf } from '../../core/access/index.ts'
import { NotFound } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import type { Transaction } from '../../data/drizzle.ts'
import { named } from '../../schema/named.ts'
import { findClient, type ClientRow } from './clients.ts'
import type { ServerParts } from './options.ts'
import { Client } from './registration.ts'

/** Operations of administrators: with all of their rights, and so neither with a key that has scopes nor through another app. */
export function administrators({ core }: ServerParts) {
  const access = allOf(core.access.role(core.options.adminRole ?? 'admin'), core.access.unrestricted)
  return route.with({ access, uses: { tx: core.tx, events: core.events, process: core.process } })
}

export const ClientWithSecret = named(
  'OAuthClientWithSecret',
  z.object({ ...Client.shape, /** Shown this once; absent for public clients. */ secret: z.string().optional() }),
)

export const Id = z.object({ id: z.uuid() })

/** @throws NotFound */
export async function existingClient(tx: Transaction, { tables }: ServerParts, id: string): Promise<ClientRow> {
  const client = await findClient(tx, tables, id)
  if (client === undefined) throw new NotFound('There is no such client.')
  return client
}
