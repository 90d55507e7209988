import { currentRequest } from '../../core/builtin.ts'
import { dependency } from '../../core/dependency.ts'
import { TooManyRequests } from '../../core/errors/index.ts'
import type { RequestHead } from '../../core/request.ts'
import type { Transaction } from '../../data/drizzle.ts'
import type { OfOperation } from '../core/accounts-core.ts'
import type { Attempts } from '../core/services.ts'
import { findClient, isPublic, isSecretOf, type ClientRow } from './clients.ts'
import { OAuthRefusal } from './oauth-error.ts'
import type { ServerParts } from './options.ts'
import type { OAuthServerTables } from './tables.ts'

/** What a form may say about the client that sends it. */
export interface ClientForm {
  readonly client_id?: string | undefined
  readonly client_secret?: string | undefined
}

/** Finds out which client calls, by its secret (RFC 6749 section 2.3.1), or by its id alone where it has none. */
export interface ClientAuthentication {
  /** @throws OAuthRefusal `invalid_client` where it is unknown or the secret is another; `invalid_request` where it says two things. */
  authenticate(form: ClientForm): Promise<ClientRow>
}

const BASIC = /^Basic +([A-Za-z0-9+/]+=*)$/i
const CHALLENGE = { 'www-authenticate': 'Basic realm="oauth", charset="UTF-8"' } as const
/** Of attempts: what is counted against networks and clients. */
const KIND = 'oauth-client'

export function clientAuthentication({ core, tables }: ServerParts): OfOperation<ClientAuthentication> {
  return dependency(
    {
      name: 'oauth.client-authentication',
      uses: { tx: core.tx, attempts: core.attempts, head: currentRequest },
      errors: [TooManyRequests],
    },
    ({ tx, attempts, head }): ClientAuthentication => ({
      authenticate: (form) => authenticated({ tx, attempts, head, tables }, form),
    }),
  ) as unknown as OfOperation<ClientAuthentication>
}

interface Parts {
  readonly tx: Transaction
  readonly attempts: Attempts
  readonly head: RequestHead
  readonly tables: OAuthServerTables
}

async function authenticated(parts: Parts, form: ClientForm): Promise<ClientRow> {
  const { id, secret } = credentialsOf(parts.head, form)
  const client = await findClient(parts.tx, parts.tables, id)
  if (client !== undefined && isPublic(client) && secret === undefined) return client
  if (client !== undefined && !isPublic(client) && secret !== undefined && isSecretOf(client, secret)) return client
  // Counted where it fails only: a server asks often, from one address, and nobody guesses 256 bits. So nobody can lock a client out either.
  await parts.attempts.count(KIND, client?.id)
  throw new OAuthRefusal('invalid_client', 'The client is unknown, or its credentials are not valid.', CHALLENGE)
}

interface Credentials {
  readonly id: string
  readonly secret: string | undefined
}

function credentialsOf(head: RequestHead, form: ClientForm): Credentials {
  const inForm = present(form.client_id)
  const secretInForm = present(form.client_secret)
  const values = head.headerValues('authorization')
  if (values.length === 0) {
    if (inForm === undefined) throw new OAuthRefusal('invalid_client', 'The client does not say who it is.', CHALLENGE)
    return { id: inForm, secret: secretInForm }
  }
  const basic = basicOf(values)
  if (secretInForm !== undefined || (inForm !== undefined && inForm !== basic.id))
    throw new OAuthRefusal('invalid_request', 'The client says twice who it is; use one way of authentication.')
  return basic
}

function basicOf(values: readonly string[]): Credentials {
  const [, encoded] = BASIC.exec(values.length === 1 ? (values[0] ?? '') : '') ?? []
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon <= 0) throw new OAuthRefusal('invalid_client', 'The Authorization header is malformed.', CHALLENGE)
  return { id: unescaped(text.slice(0, colon)), secret: unescaped(text.slice(colon + 1)) }
}

/** RFC 6749 section 2.3.1: both are encoded as in a form before they become Basic credentials. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new OAuthRefusal('invalid_client', 'The Authorization header is malformed.', CHALLENGE)
  }
}

/** RFC 6749 section 3.2: a parameter without a value counts as left out. */
function present(value: string | undefined): string | undefined {
  return value === '' ? undefined : value
}
