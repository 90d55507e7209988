import { anyone } from '../../core/access/index.ts'
import { reply } from '../../core/reply.ts'
import type { TokenFlows } from '../../core/operation.ts'
import { route } from '../../core/route.ts'
import { clientAuthentication } from './client-authentication.ts'
import { grantClientCredentials } from './grants/client-credentials.ts'
import { grantCode } from './grants/authorization-code.ts'
import { type GrantContext, grantUses, OAuthToken, TokenForm } from './grants/grant.ts'
import { grantRefresh } from './grants/refresh-token.ts'
import type { ClientRow } from './clients.ts'
import { answered, OAuthError, oauthForm, OAuthRefusal } from './oauth-error.ts'
import type { ServerParts } from './options.ts'
import { GRANTS, type Grant } from './tables.ts'

const GRANTED_BY: Readonly<Record<Grant, (context: GrantContext) => Promise<OAuthToken>>> = {
  authorization_code: grantCode,
  refresh_token: grantRefresh,
  client_credentials: grantClientCredentials,
}

/** The token endpoint (RFC 6749 section 3.2). */
export function tokenOperation(parts: ServerParts) {
  const operation = route.post(
    '/token',
    {
      access: anyone,
      form: TokenForm,
      uses: { ...grantUses(parts), authentication: clientAuthentication(parts) },
      middleware: [oauthForm],
      response: { 200: OAuthToken, 400: OAuthError, 401: OAuthError },
      summary: 'Get tokens',
      description:
        'Grants: `authorization_code`, `refresh_token`, `client_credentials`. Clients with a secret send it by HTTP Basic or in the form; public ones send `client_id`.',
    },
    ({ form, authentication, tx, process, userRows, sessions }) =>
      answered(async () => {
        const client = await authentication.authenticate(form)
        const grant = grantOf(form, client)
        return reply(200, await GRANTED_BY[grant]({ parts, client, form, uses: { tx, process, userRows, sessions } }))
      }),
  )
  return { ...operation, ...documentedFlows(parts) }
}

/** For the document: the docs page's Authorize button then offers these flows beside the app's own. */
function documentedFlows({ core, base, scopes }: ServerParts): { readonly gives?: TokenFlows } {
  const scheme = core.access.authenticated.authenticators?.find((each) => each.scheme.type === 'oauth2')?.name
  if (scheme === undefined) return {}
  const path = base.slice(core.origin.length)
  const [tokenUrl, authorizationUrl] = [`${path}/token`, `${path}/authorize`]
  const authorizationCode = { authorizationUrl, tokenUrl, refreshUrl: tokenUrl, scopes }
  return { gives: { scheme, flows: { authorizationCode, clientCredentials: { tokenUrl, scopes } } } }
}

function grantOf({ grant_type: asked }: TokenForm, client: ClientRow): Grant {
  const grant = GRANTS.find((known) => known === asked)
  if (grant === undefined)
    throw asked === undefined || asked === ''
      ? new OAuthRefusal('invalid_request', 'The grant_type is missing.')
      : new OAuthRefusal('unsupported_grant_type', `The grant_type is one of ${GRANTS.join(', ')}.`)
  if (!client.grants.includes(grant))
    throw new OAuthRefusal('unauthorized_client', 'The client may not use this grant.')
  return grant
}
