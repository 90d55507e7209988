import type { Transaction } from '../drizzle.ts'
import type { ResourceContext } from './operations.ts'
import type { RulesContext } from './rules.ts'

export function rulesContext({ caller, tx, log, signal }: ResourceContext): RulesContext {
  // Operations with rules run in a transaction; its schema is not known here.
  return { user: caller.user, tx: tx as unknown as Transaction, log, signal }
}
