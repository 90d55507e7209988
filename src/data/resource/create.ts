import type { Operation } from '../../core/operation.ts'
import { CheckViolation, ForeignKeyViolation, UniqueViolation } from '../errors.ts'
import { keyOf, readBack } from '../repository/read-rows.ts'
import { insertRow } from '../repository/write-rows.ts'
import { rowAnswer } from './answer.ts'
import type { Declared } from './declared.ts'
import { resourceOperation, sessionOf, type ResourceContext } from './operations.ts'
import { rulesContext } from './rules-context.ts'
import { needsTransaction } from './needs-transaction.ts'

export function createOperation(declared: Declared): Operation {
  const { name, rules, schemas } = declared
  return resourceOperation(
    declared,
    {
      method: 'POST',
      path: '/',
      action: 'create',
      summary: `Create a ${name}`,
      inputs: { body: schemas.create },
      response: schemas.row,
      status: 201,
      errors: [UniqueViolation, ForeignKeyViolation, CheckViolation],
      inTransaction: needsTransaction(declared, 'create'),
      ...(rules !== undefined && { uses: { rules } }),
    },
    (context) => (rules === undefined ? create(declared, context) : createByRules(declared, context)),
  )
}

async function create(declared: Declared, context: ResourceContext): Promise<unknown> {
  const rows = await insertRow(sessionOf(declared, context), context.body, declared.definition.visible)
  return rowAnswer(declared, rows, context.response)
}

/** With rules the row is seen by code, and read once more as it is sent: the hooks may have changed it. */
async function createByRules(declared: Declared, context: ResourceContext): Promise<unknown> {
  const { all } = declared.definition
  const session = sessionOf(declared, context)
  const around = rulesContext(context)
  const { rules } = context
  const values = (await rules?.beforeCreate?.(context.body as never, around)) ?? context.body
  const inserted = await insertRow(session, values, all)
  const row = all.object(inserted, 0)
  await rules?.afterCreate?.(row as never, around)
  return rowAnswer(
    declared,
    await readBack(session, keyOf(declared.definition, row), declared.definition.visible),
    context.response,
  )
}
