import { dependency } from 'ashlar'
import { hashPassword, verifyPassword } from 'ashlar/auth'
import { defineError } from 'ashlar/errors'
import { tokens } from '../auth.ts'
import { accountOf, accountRepository, type Account, type AccountRepository } from './repository.ts'

export const InvalidCredentials = defineError({
  code: 'invalid_credentials',
  status: 401,
  title: 'The e-mail address or the password is wrong',
})

/** An account with a token that proves it. */
export interface SignedIn {
  readonly id: string
  readonly name: string
  readonly token: string
}

export class AccountService {
  readonly #accounts: AccountRepository

  constructor(accounts: AccountRepository) {
    this.#accounts = accounts
  }

  async register(email: string, password: string, name: string): Promise<SignedIn> {
    return signIn(await this.#accounts.insert({ email, name, passwordHash: await hashPassword(password) }))
  }

  async logIn(email: string, password: string): Promise<SignedIn> {
    const found = await this.#accounts.byEmail(email)
    // Without an account a password is verified all the same, so that the time tells nothing.
    const verified = await verifyPassword(password, found?.passwordHash)
    if (found === undefined || !verified) throw new InvalidCredentials()
    return signIn(accountOf(found))
  }
}

async function signIn({ id, name }: Account): Promise<SignedIn> {
  return { id, name, token: await tokens.issue({ sub: id }) }
}

export const accountService = dependency(
  { scope: 'app', uses: { accounts: accountRepository } },
  ({ accounts }) => new AccountService(accounts),
)
