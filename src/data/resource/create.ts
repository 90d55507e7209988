import type { Operation } from '../../core/operation.ts'
import { CheckViolation, ForeignKeyViolation, UniqueViolation } from '../errors.ts'
import { keyOf, readBack } from '../repository/read-rows.ts'
import { insertSeen } from '../repository/changes.ts'
import type { RowSession } from '../repository/row-session.ts'
import { insertRow, type Fields } from '../repository/write-rows.ts'
import { rowAnswer } from './answer.ts'
import type { Declared } from './declared.ts'
import { resourceOperation, sessionOf, type ResourceContext } from './operations.ts'
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
      errors: [UniqueViolation, ForeignKeyViolation, CheckViolation],
      inTransaction: needsTransaction(declared, 'create'),
      ...(rules !== undefined && { uses: { rules } }),
    },
    (context) => (isSeen(declared) ? createSeen(declared, context) : create(declared, context)),
  )
}

/** What was sent, and the parent it belongs to. */
async function fieldsOf({ parent }: Declared, context: ResourceContext, session: RowSession): Promise<Fields> {
  if (parent === undefined) return context.body
  await parent.check(session, context.params)
  return { ...context.body, [parent.column.key]: context.params[parent.column.key] }
}

async function create(declared: Declared, context: ResourceContext): Promise<unknown> {
  const session = sessionOf(declared, context)
  const fields = await fieldsOf(declared, context, session)
  const rows = await insertRow(session, fields, declared.definition.visible)
  return rowAnswer(declared, rows, context.response)
}

/** The row is read once more as it is sent: the hooks may have changed it. */
async function createSeen(declared: Declared, context: ResourceContext): Promise<unknown> {
  const { definition } = declared
  const session = sessionOf(declared, context)
  const around = rulesContext(context)
  const { rules } = context
  const fields = await fieldsOf(declared, context, session)
  const values = (await rules?.beforeCreate?.(fields as never, around)) ?? fields
  const row = await insertSeen(session, values)
  await rules?.afterCreate?.(row as never, around)
  return rowAnswer(declared, await readBack(session, keyOf(definition, row), definition.visible), context.response)
}
