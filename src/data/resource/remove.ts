import { NotFound, PreconditionFailed } from '../../core/errors/index.ts'
import type { Operation } from '../../core/operation.ts'
import { CheckViolation, ForeignKeyViolation, UniqueViolation } from '../errors.ts'
import { deleteSeen, restoreSeen } from '../repository/changes.ts'
import { deleteRow, restoreRow } from '../repository/write-rows.ts'
import { rowAnswer } from './answer.ts'
import { changeErrors, changeInputs } from './change-errors.ts'
import type { Declared } from './declared.ts'
import { isSeen, needsTransaction } from './needs-transaction.ts'
import { resourceOperation, sessionOf, type ResourceContext } from './operations.ts'
import { refusal } from './refused.ts'
import { rulesContext } from './rules-context.ts'
import { versionsIn, type RowChange } from './update.ts'

export function deleteOperation(declared: Declared): Operation {
  const { name, rowPath, rules } = declared
  return resourceOperation(
    declared,
    {
      method: 'DELETE',
      path: rowPath,
      action: 'delete',
      summary: `Delete a ${name}`,
      inputs: changeInputs(declared),
      errors: [...changeErrors(declared), ForeignKeyViolation],
      inTransaction: needsTransaction(declared, 'delete'),
      ...(rules !== undefined && { uses: { rules } }),
    },
    (context, view) => remove(view, context),
  )
}

async function remove(declared: Declared, context: ResourceContext): Promise<void> {
  const session = sessionOf(declared, context)
  await deleteOne(declared, context, { session, key: context.params, versions: versionsIn(declared, context) })
}

/** Deletes one row, by the rules where there are some. Throws why it cannot. */
export async function deleteOne(
  declared: Declared,
  context: ResourceContext,
  { session, key, versions }: Omit<RowChange, 'fields'>,
): Promise<void> {
  if (!isSeen(declared)) {
    const rows = await deleteRow(session, key, { selection: declared.definition.visible, versions })
    if (rows.length === 0) throw await refusal(declared, session, key, { action: 'delete', versions })
    return
  }
  const around = rulesContext(context)
  const { rules } = context
  const row = await deleteSeen(session, key, {
    versions,
    first: (found) => rules?.beforeDelete?.(found, around),
  })
  if (row === 'missing') throw await refusal(declared, session, key, { action: 'delete' })
  if (row === 'stale') throw new PreconditionFailed()
  await rules?.afterDelete?.(row, around)
}

/** Takes a soft deletion back. */
export function restoreOperation(declared: Declared): Operation {
  const { name, params, rowPath, schemas } = declared
  return resourceOperation(
    declared,
    {
      method: 'POST',
      path: `${rowPath}/restore`,
      action: 'delete',
      deleted: true,
      summary: `Restore a deleted ${name}`,
      inputs: { params },
      response: schemas.row,
      errors: [NotFound, UniqueViolation, ForeignKeyViolation, CheckViolation],
      inTransaction: isSeen(declared),
    },
    (context, view) => (isSeen(view) ? restoreRowSeen(view, context) : restore(view, context)),
  )
}

async function restore(declared: Declared, context: ResourceContext): Promise<unknown> {
  const session = sessionOf(declared, context)
  const rows = await restoreRow(session, context.params, declared.definition.visible)
  if (rows.length === 0) throw await refusal(declared, session, context.params, { action: 'delete', deleted: true })
  return rowAnswer(declared, rows, context.response)
}

async function restoreRowSeen(declared: Declared, context: ResourceContext): Promise<unknown> {
  const session = sessionOf(declared, context)
  const restored = await restoreSeen(session, context.params)
  if (restored === 'missing')
    throw await refusal(declared, session, context.params, { action: 'delete', deleted: true })
  return rowAnswer(declared, restored.rows, context.response)
}
