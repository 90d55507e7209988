import { accessFor } from 'ashlar/access'
import { accounts, bearer } from 'ashlar/auth'
import { Unauthenticated } from 'ashlar/errors'
import { database } from './database.ts'
import { authTables, users } from './users/table.ts'

/** The specification has no way to renew a token, so one lasts a week. What is ended before is refused at once all the same. */
const EXPIRES_IN_SECONDS = 7 * 24 * 60 * 60

/** Passwords, tokens, revocation and limits. The operations are those of the specification, made of `auth.services`. */
export const auth = accounts({
  database,
  users,
  tables: authTables,
  appName: 'Conduit',
  register: { verification: 'none' },
  tokens: { expiresInSeconds: EXPIRES_IN_SECONDS },
})

/** Who calls, and by which token. */
export interface Caller {
  readonly id: string
  readonly token: string
}

/** `Authorization: Token <jwt>`: the access tokens of the accounts, under the word of the specification. */
const token = bearer({
  name: 'Token',
  scheme: 'Token',
  description: 'The `token` of a user, as registration and login give it: `Authorization: Token xxxxxx.yyyyyyy.zzzzzz`',
  uses: { accessTokens: auth.services.accessTokens },
  verify: async (token, { accessTokens }): Promise<Caller | undefined> => {
    try {
      const { id } = await accessTokens.identify(token)
      return { id: String(id), token }
    } catch (error) {
      if (error instanceof Unauthenticated) return undefined
      throw error
    }
  },
})

export const { authenticated, optionallyAuthenticated } = accessFor(token)
