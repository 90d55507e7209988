import type * as openidClient from 'openid-client'
import { dependency } from '../../core/dependency.ts'
import { Unavailable } from '../../core/errors/index.ts'
import type { Logger } from '../../core/request.ts'
import type { OfApp } from '../core/accounts-core.ts'
import { ProviderLogInRefused } from './errors.ts'
import type { ExternalProvider, ProviderClaims } from './options.ts'

type Library = typeof openidClient
type Configuration = openidClient.Configuration

/** What a log-in at a provider is asked with, and its answer checked against. */
export interface LogInChecks {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** One provider, once it has said where its endpoints are. */
export interface ProviderClient {
  /** Where the browser is sent. */
  authorizationUrl(redirectUri: string, checks: LogInChecks): Promise<string>
  /**
   * Exchanges the code of an answer, and gives what the provider says of its user. State, issuer, nonce, audience, signature and times are checked.
   *
   * @param answer - The redirect URI with the query of the answer.
   * @throws ProviderLogInRefused, Unavailable
   */
  redeem(answer: URL, checks: LogInChecks): Promise<ProviderClaims>
}

/** The providers as one process knows them. */
export interface ProviderClients {
  /** @throws Unavailable where the provider does not answer. */
  of(name: string): Promise<ProviderClient>
}

interface Asked {
  readonly name: string
  readonly provider: ExternalProvider
  readonly timeoutSeconds: number
  readonly log: Logger
}

/** Discovered at first use and kept until the process ends; what has failed is asked again by the next request. */
export function providerClients(
  providers: Readonly<Record<string, ExternalProvider>>,
  timeoutSeconds: number,
): OfApp<ProviderClients> {
  return dependency({ name: 'accounts.providers', scope: 'app' }, async ({ log }): Promise<ProviderClients> => {
    const library = await load()
    const known = new Map<string, Promise<ProviderClient>>()
    return {
      of: (name) => {
        const asked = { name, provider: providers[name]!, timeoutSeconds, log }
        const found = known.get(name) ?? discover(library, asked)
        known.set(name, found)
        found.catch(() => known.delete(name))
        return found
      },
    }
  })
}

async function load(): Promise<Library> {
  try {
    return await import('openid-client')
  } catch (error) {
    throw new Error('externalProviders() needs the package openid-client: npm install openid-client', { cause: error })
  }
}

async function discover(library: Library, asked: Asked): Promise<ProviderClient> {
  const { provider, timeoutSeconds } = asked
  const { issuer, clientId, clientSecret } = provider
  // Only on this machine: the options are checked.
  const execute = [
    library.enableNonRepudiationChecks,
    ...(issuer.startsWith('http:') ? [library.allowInsecureRequests] : []),
  ]
  const authentication = clientSecret === undefined ? library.None() : bySecret(library, clientSecret)
  try {
    const options = { execute, timeout: timeoutSeconds }
    const configuration = await library.discovery(new URL(issuer), clientId, undefined, authentication, options)
    const found = configuration.serverMetadata().issuer
    // The library lets some providers answer with another one, whose tenants are anybody.
    if (withoutSlash(found) !== withoutSlash(issuer))
      throw new Error(`The provider calls itself ${found}: configure that as its issuer.`)
    return new DiscoveredProvider(library, configuration, asked)
  } catch (error) {
    throw unavailable(asked, error)
  }
}

const withoutSlash = (url: string): string => url.replace(/\/$/, '')

/** As the provider says it takes it; where it says nothing, in the header (OpenID Connect Discovery section 3). */
function bySecret(library: Library, secret: string): openidClient.ClientAuth {
  const [post, basic] = [library.ClientSecretPost(secret), library.ClientSecretBasic(secret)]
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    return (methods.includes('client_secret_basic') ? basic : post)(server, ...rest)
  }
}

class DiscoveredProvider implements ProviderClient {
  readonly #library: Library
  readonly #configuration: Configuration
  readonly #asked: Asked

  constructor(library: Library, configuration: Configuration, asked: Asked) {
    this.#library = library
    this.#configuration = configuration
    this.#asked = asked
  }

  async authorizationUrl(redirectUri: string, { state, nonce, verifier }: LogInChecks): Promise<string> {
    const { scopes = ['email', 'profile'] } = this.#asked.provider
    return this.#library.buildAuthorizationUrl(this.#configuration, {
      redirect_uri: redirectUri,
      scope: [...new Set(['openid', ...scopes])].join(' '),
      state,
      nonce,
      code_challenge: await this.#library.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).href
  }

  async redeem(answer: URL, { state, nonce, verifier }: LogInChecks): Promise<ProviderClaims> {
    const checks = {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    }
    try {
      const tokens = await this.#library.authorizationCodeGrant(this.#configuration, answer, checks)
      const claims: ProviderClaims = tokens.claims()!
      const hasUserInfo = this.#configuration.serverMetadata().userinfo_endpoint !== undefined
      if (claims['email'] !== undefined || !hasUserInfo) return claims
      const info = await this.#library.fetchUserInfo(this.#configuration, tokens.access_token, claims.sub)
      // An address and whether it is verified come of one source, and who it is of the signed one.
      return { ...claims, ...info, sub: claims.sub }
    } catch (error) {
      throw this.#isRefusal(error) ? refused(this.#asked, error) : unavailable(this.#asked, error)
    }
  }

  /** Whether the provider has answered, and the answer is not good; else it could not. */
  #isRefusal(error: unknown): boolean {
    const { AuthorizationResponseError, ResponseBodyError, ClientError } = this.#library
    if (error instanceof AuthorizationResponseError)
      return !['server_error', 'temporarily_unavailable'].includes(error.error)
    if (error instanceof ResponseBodyError) return error.error === 'invalid_grant'
    return error instanceof ClientError && error.code !== undefined && !NO_ANSWER.has(error.code)
  }
}

/** Codes of openid-client where there was no answer, or none of a provider that works. */
const NO_ANSWER = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
])

function refused({ name, log }: Asked, error: unknown): Error {
  log.warn({ provider: name, reason: reasonOf(error) }, 'a log-in at a provider was refused')
  return new ProviderLogInRefused()
}

function unavailable({ name, log }: Asked, error: unknown): Error {
  log.error({ provider: name, reason: reasonOf(error) }, 'a provider could not be asked')
  return new Unavailable(`The provider "${name}" cannot be asked just now.`)
}

/** In words alone: the errors of the library carry answers, with codes and with what they say of people. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const said = 'error' in error && typeof error.error === 'string' ? ` (${error.error})` : ''
  return error.message + said + (error.cause instanceof Error ? `: ${reasonOf(error.cause)}` : '')
}
