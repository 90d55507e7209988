import { timingSafeEqual } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { z } from 'zod'
import type { Transaction } from '../../data/drizzle.ts'
import { secretHash } from '../core/secrets.ts'
import type { OAuthServerTables } from './tables.ts'

/** A registered client, as it stands in the table. */
export type ClientRow = OAuthServerTables['oauthClients']['$inferSelect']

const ClientId = z.uuid()

/** A client by its id; `undefined` where there is none, and for anything that is no id. */
export async function findClient(
  tx: Transaction,
  { oauthClients }: OAuthServerTables,
  clientId: string,
): Promise<ClientRow | undefined> {
  // The column is of another type than text, and would make an error of the question.
  if (!ClientId.safeParse(clientId).success) return undefined
  const [client] = await tx.select().from(oauthClients).where(eq(oauthClients.id, clientId)).limit(1)
  return client
}

/** Programs that can keep no secret: whoever shows their id may be anybody. */
export function isPublic({ secretHash: kept }: Pick<ClientRow, 'secretHash'>): boolean {
  return kept === null
}

export function isSecretOf({ secretHash: kept }: Pick<ClientRow, 'secretHash'>, secret: string): boolean {
  const [given, expected] = [Buffer.from(secretHash(secret)), Buffer.from(kept ?? '')]
  return given.length === expected.length && timingSafeEqual(given, expected)
}
