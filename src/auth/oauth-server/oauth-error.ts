import { z } from 'zod'
import { AshlarError } from '../../core/errors/index.ts'
import type { Middleware } from '../../core/middleware.ts'
import { reply, type Reply } from '../../core/reply.ts'
import { named } from '../../schema/named.ts'
import { InvalidGrant, InvalidScope } from '../core/errors.ts'

/** What the endpoints of RFC 6749 say where they refuse: one form for clients of any make, whatever the app's other errors look like. */
export const OAuthError = named(
  'OAuthError',
  z.object({
    error: z.string(),
    error_description: z.string().optional(),
  }),
)

/** Codes of RFC 6749 sections 4.1.2.1 and 5.2, RFC 7009 section 2.2.1 and OpenID Connect Core section 3.1.2.6. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'unsupported_token_type'
  | 'invalid_scope'
  | 'access_denied'
  | 'login_required'
  | 'consent_required'
  | 'temporarily_unavailable'
  | 'server_error'

/** A refusal of the protocol: an answer, and not a failure of the operation, whose transaction is kept. */
export class OAuthRefusal extends Error {
  readonly error: OAuthErrorCode
  readonly status: 400 | 401
  readonly headers: Readonly<Record<string, string>>

  constructor(error: OAuthErrorCode, description: string, headers: Readonly<Record<string, string>> = {}) {
    super(description)
    this.name = 'OAuthRefusal'
    this.error = error
    this.status = error === 'invalid_client' ? 401 : 400
    this.headers = headers
  }
}

type Body = z.infer<typeof OAuthError>
type Refused = Reply<400, Body> | Reply<401, Body>

/**
 * Answers a refusal in the form of RFC 6749. What the operation has written until then stays: a code that was shown is spent, and what is ended because of a
 * replay stays ended.
 */
export async function answered<Answer>(work: () => Promise<Answer>): Promise<Answer | Refused> {
  try {
    return await work()
  } catch (error) {
    const refusal = asRefusal(error)
    if (refusal === undefined) throw error
    const body = { error: refusal.error, error_description: refusal.message }
    return refusal.status === 401 ? reply(401, body, refusal.headers) : reply(400, body, refusal.headers)
  }
}

/** Sessions refuse with errors of their own. */
function asRefusal(error: unknown): OAuthRefusal | undefined {
  if (error instanceof OAuthRefusal) return error
  if (error instanceof InvalidGrant) return new OAuthRefusal('invalid_grant', error.title)
  return error instanceof InvalidScope ? new OAuthRefusal('invalid_scope', error.title) : undefined
}

/** RFC 6749 section 5.1: nobody may keep a copy of what passes here. */
const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' } as const

/** For operations that answer as RFC 6749 says: nothing is stored, and errors that come from elsewhere (a malformed form, a limit, a database that is gone) have its form too. */
export const oauthForm: Middleware = async (_request, next) => {
  const outcome = await next()
  for (const [name, value] of Object.entries(NO_STORE)) outcome.headers.set(name, value)
  if (outcome.error === undefined) return outcome
  const { error, description } = worded(outcome.error, outcome.status)
  if (outcome.status === 422) outcome.status = 400
  outcome.headers.set('content-type', 'application/json')
  outcome.body = JSON.stringify({ error, error_description: description })
  return outcome
}

function worded(error: unknown, status: number): { readonly error: OAuthErrorCode; readonly description: string } {
  const description = error instanceof AshlarError ? error.title : 'Internal server error'
  if (status === 429 || status === 503) return { error: 'temporarily_unavailable', description }
  return { error: status >= 500 ? 'server_error' : 'invalid_request', description }
}
