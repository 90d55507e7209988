import { scopeOf, type AccessDecision, type RowScope } from '../../core/access/decision.ts'
import type { Principal } from '../../core/access/index.ts'
import { callerOf, isShut } from './caller.ts'
import type { Demand } from './demands.ts'

/**
 * What an operation is to one kind of caller: `anyone` where nobody is asked, `own rows` where rules about rows remain (`some rows` where none of them is
 * about who calls), `rule author?` where only code can say.
 */
export type Cell = 'anyone' | 'yes' | 'own rows' | 'some rows' | 'no' | `rule ${string}?` | `rule ${string}? ${string}`

/** A caller of this kind, or nobody, against everything the operation demands. */
export function cellOf(demands: readonly Demand[], decision: AccessDecision, user: Principal | undefined): Cell {
  const caller = callerOf(user, decision)
  if (isShut(decision, caller)) return 'no'
  const asked = { askedBy: decision.askedBy, caller }
  const scopesWith = (custom: boolean): readonly RowScope[] =>
    demands.map(({ rule }) => scopeOf(rule, { ...asked, custom }))
  const granted = scopesWith(true)
  if (granted.includes(false)) return 'no'
  const rows = granted.filter((scope) => typeof scope !== 'boolean')
  const remaining = rows.length === 0 ? undefined : rows.some((scope) => isOwn(scope)) ? 'own rows' : 'some rows'
  if (scopesWith(false).includes(false)) {
    const names = decision.custom.map(({ name }) => name).join(', ')
    return remaining === undefined ? `rule ${names}?` : `rule ${names}? ${remaining}`
  }
  if (remaining !== undefined) return remaining
  return isOpen(demands, decision) ? 'anyone' : 'yes'
}

/** Whether nobody at all has it too. */
function isOpen(demands: readonly Demand[], { askedBy }: AccessDecision): boolean {
  return demands.every(({ rule }) => scopeOf(rule, { askedBy, caller: undefined, custom: false }) === true)
}

function isOwn(scope: Exclude<RowScope, boolean>): boolean {
  if (scope.type !== 'row') return scope.of.some((each) => isOwn(each))
  return scope.node.condition.type !== 'predicate'
}
