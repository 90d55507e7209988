import { z } from 'zod'
import { anyone } from '../../core/access/index.ts'
import { AshlarError } from '../../core/errors/index.ts'
import { reply } from '../../core/reply.ts'
import { route } from '../../core/route.ts'
import { named } from '../../schema/named.ts'
import { EmailNotVerified, InvalidCredentials } from '../core/errors.ts'
import type { LoggedIn } from '../core/log-in-result.ts'
import { Unauthenticated } from '../../core/errors/index.ts'
import { answered, OAuthError, oauthForm, OAuthRefusal } from '../oauth-server/oauth-error.ts'
import type { AccountParts } from './parts.ts'
import { Login, Password } from './schemas.ts'
import { tokenEndpoint } from './token-endpoint.ts'

/** The form of both grants: fields that the other one needs are not looked at. FastAPI's clients may leave `grant_type` out. */
const PasswordTokenForm = z.object({
  grant_type: z.string().default('password'),
  username: Login.optional(),
  password: Password.optional(),
  refresh_token: z.string().min(1).max(200).optional(),
  scope: z.string().optional(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
})

/** RFC 6749 section 5.1. */
const PasswordToken = named(
  'PasswordToken',
  z.object({
    access_token: z.string(),
    token_type: z.literal('bearer'),
    expires_in: z.int(),
    refresh_token: z.string(),
  }),
)

/** The app's own token endpoint: what the docs page's Authorize button and clients of FastAPI services use. For other people's apps there is `authorizationServer`. */
export function tokenOperation({ core, passwords }: AccountParts) {
  const operation = route.post(
    '/token',
    {
      access: anyone,
      summary: 'Get tokens by a form',
      description:
        "OAuth2's grants `password` and `refresh_token` (RFC 6749), for the app's own clients. Accounts with a second factor log in with `logIn`.",
      uses: { logIn: core.logIn, sessions: core.sessions, passwords },
      form: PasswordTokenForm,
      middleware: [oauthForm],
      response: { 200: PasswordToken, 400: OAuthError, 401: OAuthError },
    },
    ({ form, logIn, sessions, passwords: checked }) =>
      answered(async () => {
        const { grant_type: grant, username, password, refresh_token: refreshToken } = form
        if (grant === 'refresh_token')
          return reply(200, tokenOf(await sessions.refresh(given(refreshToken, 'refresh_token'))))
        if (grant !== 'password')
          throw new OAuthRefusal('unsupported_grant_type', 'The grant_type is password or refresh_token.')
        const login = given(username, 'username')
        const secret = given(password, 'password')
        const result = await refusing(async () =>
          logIn.proceed({ user: await checked.ofLogin(login, secret), methods: ['pwd'], delivery: 'tokens' }),
        )
        if (result.status === 'second_factor_required')
          throw new OAuthRefusal('invalid_grant', 'The account has a second factor, which this grant cannot ask for.')
        return reply(200, tokenOf(result))
      }),
  )
  return tokenEndpoint(operation)
}

function given(value: string | undefined, name: string): string {
  if (value === undefined) throw new OAuthRefusal('invalid_request', `The ${name} is missing.`)
  return value
}

async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const isRefused = [InvalidCredentials, EmailNotVerified, Unauthenticated].some((known) => error instanceof known)
    throw isRefused && error instanceof AshlarError ? new OAuthRefusal('invalid_grant', error.title) : error
  }
}

function tokenOf({ accessToken, refreshToken, expiresIn }: LoggedIn): z.infer<typeof PasswordToken> {
  return {
    access_token: accessToken!,
    token_type: 'bearer',
    expires_in: expiresIn!,
    refresh_token: refreshToken!,
  }
}
