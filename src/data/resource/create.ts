import type { Operation } from '../../core/operation.ts'
import { CheckViolation, ForeignKeyViolation, UniqueViolation } from '../errors.ts'
import { insertSeen } from '../repository/changes.ts'
import type { RowSession } from '../repository/row-session.ts'
import { insertRow, type Fields } from '../repository/write-rows.ts'
import type { RowSet } from '../wire/row-set.ts'
import { rowAnswer } from './answer.ts'
import type { Declared } from './declared.ts'
import { resourceOperation, sessionOf, type ResourceContext } from './operations.ts'
import { fieldErrors } from './change-errors.ts'
import { rulesContext } from './rules-context.ts'
import { isSeen, needsTransaction } from './needs-transaction.ts'

export function createOperation(declared: Declared): Operation {
  const { name, rules, schemas } = declared
  return resourceOperation(
    declared,
    {
      method: 'POST',
      path: '/',
      action: 'create',
      summary: `Create a ${name}`,
      inputs: { body: schemas.create, ...(declared.listParams !== undefined && { params: declared.listParams }) },
      response: schemas.row,
      status: 201,
      sent: 'row',
      repeats: true,
      errors: [UniqueViolation, ForeignKeyViolation, CheckViolation, ...fieldErrors(declared)],
      inTransaction: needsTransaction(declared, 'create'),
      ...(rules !== undefined && { uses: { rules } }),
    },
    (context, view) => create(view, context),
  )
}

async function create(declared: Declared, context: ResourceContext): Promise<unknown> {
  const session = sessionOf(declared, context)
  await declared.parent?.check(session, context.params)
  const rows = await createRow(declared, context, { session, fields: context.body })
  return rowAnswer(declared, rows, context.response)
}

interface NewRow {
  readonly session: RowSession
  /** As they were sent. */
  readonly fields: Fields
}

/** One new row, by the rules where there are some. */
export async function createRow(
  declared: Declared,
  context: ResourceContext,
  { session, fields: sent }: NewRow,
): Promise<RowSet> {
  const { parent, definition } = declared
  const fields = parent === undefined ? sent : { ...sent, [parent.column.key]: context.params[parent.column.key] }
  if (!isSeen(declared)) return insertRow(session, fields, definition.visible)
  const around = rulesContext(context)
  const { rules } = context
  const values = (await rules?.beforeCreate?.(fields, around)) ?? fields
  const { row, rows } = await insertSeen(session, values)
  await rules?.afterCreate?.(row, around)
  return rows
}
