import { PreconditionFailed } from '../../core/errors/index.ts'
import type { Operation } from '../../core/operation.ts'
import { ForeignKeyViolation } from '../errors.ts'
import { deleteSeen } from '../repository/changes.ts'
import { deleteRow } from '../repository/write-rows.ts'
import { changeErrors, changeInputs } from './change-errors.ts'
import type { Declared } from './declared.ts'
import { isSeen, needsTransaction } from './needs-transaction.ts'
import { resourceOperation, sessionOf, type ResourceContext } from './operations.ts'
import { refusal } from './refused.ts'
import { rulesContext } from './rules-context.ts'
import { versionsIn } from './update.ts'

/** Removes a row for good, deleted softly or not. */
export function purgeOperation(declared: Declared): Operation {
  const { name, rowPath, rules } = declared
  const purge = isSeen(declared) ? purgeRowSeen : purgeRow
  return resourceOperation(
    declared,
    {
      method: 'DELETE',
      path: `${rowPath}/purge`,
      action: 'purge',
      deleted: 'any',
      summary: `Remove a ${name} for good`,
      inputs: changeInputs(declared),
      errors: [...changeErrors(declared), ForeignKeyViolation],
      inTransaction: needsTransaction(declared, 'purge'),
      ...(rules !== undefined && { uses: { rules } }),
    },
    (context, view) => purge(view, context),
  )
}

async function purgeRow(declared: Declared, context: ResourceContext): Promise<void> {
  const session = sessionOf(declared, context)
  const versions = versionsIn(declared, context)
  const selection = declared.definition.visible
  const rows = await deleteRow(session, context.params, { selection, versions, purge: true })
  if (rows.length === 0) throw await refusal(declared, session, context.params, { ...PURGE, versions })
}

async function purgeRowSeen(declared: Declared, context: ResourceContext): Promise<void> {
  const session = sessionOf(declared, context)
  const around = rulesContext(context)
  const { rules } = context
  const { deletedAt } = declared.definition.model.life
  // The business rules have been asked when it was deleted softly.
  const isDeleted = (row: Readonly<Record<string, unknown>>): boolean =>
    deletedAt !== undefined && row[deletedAt] !== null
  const row = await deleteSeen(session, context.params, {
    versions: versionsIn(declared, context),
    purge: true,
    first: (found) => (isDeleted(found) ? undefined : rules?.beforeDelete?.(found, around)),
  })
  if (row === 'missing') throw await refusal(declared, session, context.params, PURGE)
  if (row === 'stale') throw new PreconditionFailed()
  if (!isDeleted(row)) await rules?.afterDelete?.(row, around)
}

const PURGE = { action: 'purge', deleted: 'any' } as const
