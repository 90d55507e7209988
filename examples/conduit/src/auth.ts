import { accessFor } from 'ashlar/access'
import { jwtTokens } from 'ashlar/auth'
import { settings } from './settings.ts'
import { users } from './users/repository.ts'

/** The specification has no way to renew a token, so one lasts a week. */
const EXPIRES_IN_SECONDS = 7 * 24 * 60 * 60

/** `Authorization: Token <jwt>`. Whose account is gone is no longer signed in, whatever the token says. */
export const tokens = jwtTokens({
  name: 'Token',
  scheme: 'Token',
  description: 'The `token` of a user, as registration and login give it: `Authorization: Token xxxxxx.yyyyyyy.zzzzzz`',
  secret: settings.jwtSecret,
  issuer: 'conduit',
  expiresInSeconds: EXPIRES_IN_SECONDS,
  uses: { users },
  user: ({ sub }, { users }) => users.byId(String(sub)),
})

export const { authenticated, optionallyAuthenticated } = accessFor(tokens.authenticator)
