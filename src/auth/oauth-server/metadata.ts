import { z } from 'zod'
import { anyone } from '../../core/access/index.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import { named } from '../../schema/named.ts'
import type { ServerParts } from './options.ts'
import { GRANTS } from './tables.ts'

const JWKS_PATH = '/.well-known/jwks.json'
const SECRET_METHODS = ['client_secret_basic', 'client_secret_post']
const ALL_METHODS = [...SECRET_METHODS, 'none']

/** RFC 8414 section 2. */
const Metadata = named(
  'OAuthServerMetadata',
  z.object({
    issuer: z.string(),
    authorization_endpoint: z.string(),
    token_endpoint: z.string(),
    introspection_endpoint: z.string(),
    revocation_endpoint: z.string(),
    jwks_uri: z.string(),
    scopes_supported: z.array(z.string()),
    response_types_supported: z.array(z.string()),
    response_modes_supported: z.array(z.string()),
    grant_types_supported: z.array(z.string()),
    token_endpoint_auth_methods_supported: z.array(z.string()),
    introspection_endpoint_auth_methods_supported: z.array(z.string()),
    revocation_endpoint_auth_methods_supported: z.array(z.string()),
    code_challenge_methods_supported: z.array(z.string()),
    authorization_response_iss_parameter_supported: z.boolean(),
  }),
)
const Jwks = named('Jwks', z.object({ keys: z.array(z.record(z.string(), z.unknown())) }))

/** Where clients learn everything else: the metadata (RFC 8414) and the public keys of access tokens (RFC 7517). */
export function wellKnownRouter(parts: ServerParts) {
  const { core, issuer } = parts
  const metadata = metadataOf(parts)
  // RFC 8414 section 3.1: what the issuer has after its host stands after the well-known name.
  const suffix = new URL(issuer).pathname.replace(/\/$/, '')
  return router('', {
    authorizationServer: route.get(
      `/.well-known/oauth-authorization-server${suffix}`,
      { access: anyone, response: Metadata, summary: 'What this authorization server can do' },
      () => metadata,
    ),
    jwks: route.get(
      JWKS_PATH,
      { access: anyone, uses: { process: core.process }, response: Jwks, summary: 'Public keys of access tokens' },
      ({ process }) => ({ keys: process.accessTokens.jwks().keys.map((key) => ({ ...key })) }),
    ),
  })
}

function metadataOf({ core, issuer, base, scopes }: ServerParts): z.infer<typeof Metadata> {
  return {
    issuer,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    introspection_endpoint: `${base}/introspect`,
    revocation_endpoint: `${base}/revoke`,
    jwks_uri: `${core.origin}${JWKS_PATH}`,
    scopes_supported: Object.keys(scopes),
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: [...GRANTS],
    token_endpoint_auth_methods_supported: ALL_METHODS,
    introspection_endpoint_auth_methods_supported: SECRET_METHODS,
    revocation_endpoint_auth_methods_supported: ALL_METHODS,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  }
}
