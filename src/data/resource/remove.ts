import { NotFound } from '../../core/errors/index.ts'
import type { Operation } from '../../core/operation.ts'
import { CheckViolation, ForeignKeyViolation, UniqueViolation } from '../errors.ts'
import { readRow } from '../repository/read-rows.ts'
import { deleteRow, restoreRow } from '../repository/write-rows.ts'
import { rowAnswer } from './answer.ts'
import { changeErrors, changeInputs } from './change-errors.ts'
import type { Declared } from './declared.ts'
import { needsTransaction } from './needs-transaction.ts'
import { resourceOperation, sessionOf, type ResourceContext } from './operations.ts'
import { refusal } from './refused.ts'
import { rulesContext } from './rules-context.ts'
import { versionIn } from './update.ts'

export function deleteOperation(declared: Declared): Operation {
  const { name, rowPath, rules } = declared
  const remove = rules === undefined ? removeRow : removeByRules
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
    (context) => remove(declared, context),
  )
}

async function removeRow(declared: Declared, context: ResourceContext): Promise<void> {
  const session = sessionOf(declared, context)
  const version = versionIn(declared, context)
  const rows = await deleteRow(session, context.params, { selection: declared.definition.visible, version })
  if (rows.length === 0) throw await refusal(declared, session, context.params, { action: 'delete', version })
}

async function removeByRules(declared: Declared, context: ResourceContext): Promise<void> {
  const session = sessionOf(declared, context)
  const { all } = declared.definition
  const found = await readRow(session, context.params, all, { action: 'delete', lock: 'update' })
  if (found.length === 0) throw await refusal(declared, session, context.params, { action: 'delete' })
  const row = all.object(found, 0)
  const around = rulesContext(context)
  await context.rules?.beforeDelete?.(row as never, around)
  await removeRow(declared, context)
  await context.rules?.afterDelete?.(row as never, around)
}

/** Takes a soft deletion back. */
export function restoreOperation(declared: Declared): Operation {
  const { definition, name, params, rowPath, schemas } = declared
  return resourceOperation(
    declared,
    {
      method: 'POST',
      path: `${rowPath}/restore`,
      action: 'delete',
      summary: `Restore a deleted ${name}`,
      inputs: { params },
      response: schemas.row,
      errors: [NotFound, UniqueViolation, ForeignKeyViolation, CheckViolation],
    },
    async (context) => {
      const session = sessionOf(declared, context)
      const rows = await restoreRow(session, context.params, definition.visible)
      if (rows.length === 0) throw await refusal(declared, session, context.params, { action: 'delete', deleted: true })
      return rowAnswer(declared, rows, context.response)
    },
  )
}
