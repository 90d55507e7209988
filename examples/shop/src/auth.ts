import { accessFor } from 'ashlar/access'
import { jwtTokens } from 'ashlar/auth'
import { accountRepository } from './accounts/repository.ts'
import { settings } from './settings.ts'

/** `Authorization: Bearer <jwt>`. What an account may do is looked up each time: a role that is taken away is gone at once. */
export const tokens = jwtTokens({
  secret: settings.jwtSecret,
  issuer: 'shop',
  uses: { accounts: accountRepository },
  user: ({ sub }, { accounts }) => accounts.byId(String(sub)),
})

export const { authenticated, owner, role, through } = accessFor(tokens.authenticator)
export const staff = role('staff')
export const manager = role('manager')
