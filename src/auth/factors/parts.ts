import { z } from 'zod'
import { secret } from '../../schema/secret.ts'
import { accountSchemas, type AccountSchemas } from '../accounts/schemas.ts'
import type { AccountsCore, OfOperation } from '../core/accounts-core.ts'
import { factorsDependency, type Factors } from './factors.ts'
import type { SecondFactorOptions } from './options.ts'

/** What the operations of second factors are made of. */
export interface FactorParts {
  readonly core: AccountsCore
  readonly schemas: AccountSchemas
  readonly factors: OfOperation<Factors>
}

export function factorParts(core: AccountsCore, { recoveryCodes = true }: SecondFactorOptions): FactorParts {
  return { core, schemas: accountSchemas(core.options), factors: factorsDependency(core, recoveryCodes) }
}

/** Of the authenticator app: six digits; or a recovery code. Spaces do not matter. */
export const Code = secret(z.string().min(1).max(50))
/** What the log-in has answered. */
export const Challenge = secret(z.string().min(1).max(200))
