import { z } from 'zod'
import type { AccountsCore, OfOperation } from '../core/accounts-core.ts'
import type { Passwords } from '../password/passwords.ts'
import type { PasswordChanges } from './password-changes.ts'
import type { AccountSchemas } from './schemas.ts'

/** What the operations of accounts are made of. */
export interface AccountParts {
  readonly core: AccountsCore
  readonly schemas: AccountSchemas
  readonly passwords: OfOperation<Passwords>
  readonly passwordChanges: OfOperation<PasswordChanges>
}

/** Purposes of one-time tokens, and how long those hold. */
export const VERIFY_EMAIL = { purpose: 'verify-email', expiresInSeconds: 86_400 } as const
export const RESET_PASSWORD = { purpose: 'reset-password', expiresInSeconds: 3_600 } as const
export const CHANGE_EMAIL = { purpose: 'change-email', expiresInSeconds: 86_400 } as const

/** How long a proof of who calls is fresh enough for what cannot be undone, in seconds. */
export const FRESH_SECONDS = 300

/** The answer to requests that may have sent a mail: the same whether they did or not. */
export const MailMaySent = z.object({ status: z.literal('check_your_mail') })
export const CHECK_YOUR_MAIL = { status: 'check_your_mail' } as const
