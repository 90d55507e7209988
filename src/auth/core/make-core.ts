import type { Authenticator } from '../../core/access/index.ts'
import { attemptsDependency } from '../attempts/attempts.ts'
import { eventsDependency } from '../events/events.ts'
import type { Identity } from '../identity.ts'
import { accountMailDependency } from '../mail/account-mail.ts'
import { oneTimeTokensDependency } from '../one-time-tokens/one-time-tokens.ts'
import { identityAuthenticators } from '../process/authenticators.ts'
import { accountsProcess } from '../process/process.ts'
import { logInDependency } from '../sessions/log-in.ts'
import { sessionsDependency } from '../sessions/sessions.ts'
import { userRowsDependency } from '../users/user-rows.ts'
import type { AccountsCore } from './accounts-core.ts'
import { asideDependency } from './aside.ts'
import type { AccountsBase } from './base.ts'
import { accountsTransaction } from './late-transaction.ts'
import { identityRules } from './rules.ts'

/** The parts of accounts, each a dependency that uses those above it. */
export function makeCore(base: AccountsBase): {
  readonly core: AccountsCore
  readonly authenticators: readonly [Authenticator<Identity>, ...Authenticator<Identity>[]]
} {
  const tx = accountsTransaction(base)
  const aside = asideDependency(base)
  const process = accountsProcess(base)
  const authenticators = identityAuthenticators({ ...base, process })
  const access = identityRules(authenticators)
  const events = eventsDependency({ ...base, tx })
  const userRows = userRowsDependency({ ...base, tx })
  const oneTimeTokens = oneTimeTokensDependency({ ...base, tx, aside })
  const attempts = attemptsDependency({ ...base, tx })
  const mail = accountMailDependency({ ...base, tx })
  const sessions = sessionsDependency({ ...base, tx, aside, process, userRows, events })
  const logIn = logInDependency({ ...base, tx, aside, sessions, userRows, oneTimeTokens, events })
  return {
    core: { ...base, access, tx, aside, process, userRows, sessions, logIn, oneTimeTokens, attempts, mail, events },
    authenticators,
  }
}
