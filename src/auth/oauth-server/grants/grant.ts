import { z } from 'zod'
import type { UsedValues } from '../../../core/dependency.ts'
import { named } from '../../../schema/named.ts'
import type { ClientRow } from '../clients.ts'
import type { ServerParts } from '../options.ts'

/** RFC 6749 sections 4.1.3, 4.4.2 and 6. Which of them must be there depends on the grant, and is answered in the form of the RFC. */
export const TokenForm = z.object({
  grant_type: z.string().optional(),
  code: z.string().optional(),
  redirect_uri: z.string().optional(),
  code_verifier: z.string().optional(),
  refresh_token: z.string().optional(),
  scope: z.string().optional(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
})
export type TokenForm = z.infer<typeof TokenForm>

/** RFC 6749 section 5.1. */
export const OAuthToken = named(
  'OAuthToken',
  z.object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int(),
    refresh_token: z.string().optional(),
    scope: z.string(),
  }),
)
export type OAuthToken = z.infer<typeof OAuthToken>

/** What a grant is given by. */
export interface GrantContext {
  readonly parts: ServerParts
  readonly client: ClientRow
  readonly form: TokenForm
  readonly uses: UsedValues<ReturnType<typeof grantUses>>
}

/** What grants use. */
export function grantUses({ core }: ServerParts) {
  const { tx, process, userRows, sessions } = core
  return { tx, process, userRows, sessions }
}
