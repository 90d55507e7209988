import type { AccessRule } from '../../core/access/index.ts'
import type { Operation } from '../../core/operation.ts'
import type { Action } from '../repository/definition.ts'
import type { Deleted } from '../repository/read-rows.ts'
import type { Declared } from './declared.ts'

/** What an operation of a resource does with rows. */
export interface RowOperation {
  readonly declared: Declared
  readonly action: Action
  /** Which rows it finds: those that are not deleted softly, only those that are, or any. */
  readonly deleted: Deleted
  /** Whether its rule says nothing of rows: that of a history. */
  readonly pastRows: boolean
}

/** By operation, so that neither the core nor the operation's type has to know. */
const known = new WeakMap<Operation, RowOperation>()

export function rememberRowOperation(operation: Operation, about: RowOperation): Operation {
  known.set(operation, about)
  return operation
}

/** What an operation does with rows; `undefined` where it is none of a resource. */
export function rowOperationOf(operation: Operation): RowOperation | undefined {
  return known.get(operation)
}

/** The rules about rows that are conditions of an operation's statements besides its own: what is changed must be readable, and so must what it is below. */
export function rulesBesides({ declared, action, pastRows }: RowOperation): {
  readonly read: AccessRule | undefined
  readonly parent: readonly AccessRule[]
} {
  if (pastRows) return { read: undefined, parent: [] }
  const { access, parent } = declared
  const own = access[action]
  return {
    read: action === 'create' || access.read === own ? undefined : access.read,
    parent: parent?.rules ?? [],
  }
}
