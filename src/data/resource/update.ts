import type { Operation } from '../../core/operation.ts'
import { CheckViolation, ForeignKeyViolation, UniqueViolation } from '../errors.ts'
import { keyOf, readBack, readRow } from '../repository/read-rows.ts'
import { updateRow, type Fields } from '../repository/write-rows.ts'
import { rowAnswer } from './answer.ts'
import { changeErrors, changeInputs } from './change-errors.ts'
import type { Declared } from './declared.ts'
import { needsTransaction } from './needs-transaction.ts'
import { resourceOperation, sessionOf, type ResourceContext } from './operations.ts'
import { expectedVersion } from './precondition.ts'
import { refusal } from './refused.ts'
import { replacementOf } from './replacement.ts'
import { rulesContext } from './rules-context.ts'

/** PATCH: what is sent changes, what is absent stays. */
export function updateOperation(declared: Declared): Operation {
  return changeOperation(declared, 'PATCH', (body) => body)
}

/** PUT: what is absent gets its default, or null. */
export function replaceOperation(declared: Declared): Operation {
  return changeOperation(declared, 'PUT', replacementOf(declared))
}

function changeOperation(declared: Declared, method: 'PATCH' | 'PUT', fieldsOf: (body: Fields) => Fields): Operation {
  const { name, rowPath, rules, schemas } = declared
  const change = rules === undefined ? update : updateByRules
  return resourceOperation(
    declared,
    {
      method,
      path: rowPath,
      action: 'update',
      summary: method === 'PATCH' ? `Change a ${name}` : `Replace a ${name}`,
      inputs: { ...changeInputs(declared), body: method === 'PATCH' ? schemas.update : schemas.replace },
      response: schemas.row,
      errors: [...changeErrors(declared), UniqueViolation, ForeignKeyViolation, CheckViolation],
      inTransaction: needsTransaction(declared, 'update'),
      ...(rules !== undefined && { uses: { rules } }),
    },
    (context) => change(declared, context, fieldsOf(context.body)),
  )
}

async function update(declared: Declared, context: ResourceContext, fields: Fields): Promise<unknown> {
  const session = sessionOf(declared, context)
  const version = versionIn(declared, context)
  const selection = declared.definition.visible
  const rows = await updateRow(session, context.params, { fields, selection, version })
  if (rows.length === 0) throw await refusal(declared, session, context.params, { action: 'update', version })
  return rowAnswer(declared, rows, context.response)
}

async function updateByRules(declared: Declared, context: ResourceContext, fields: Fields): Promise<unknown> {
  const session = sessionOf(declared, context)
  const version = versionIn(declared, context)
  const { all, visible } = declared.definition
  const found = await readRow(session, context.params, all, { action: 'update', lock: 'update' })
  if (found.length === 0) throw await refusal(declared, session, context.params, { action: 'update' })
  const before = all.object(found, 0)
  const around = rulesContext(context)
  const { rules } = context
  const changes = (await rules?.beforeUpdate?.(fields as never, before as never, around)) ?? fields
  const rows = await updateRow(session, context.params, { fields: changes, selection: all, version })
  if (rows.length === 0) throw await refusal(declared, session, context.params, { action: 'update', version })
  const after = all.object(rows, 0)
  await rules?.afterUpdate?.(after as never, before as never, around)
  return rowAnswer(declared, await readBack(session, keyOf(declared.definition, after), visible), context.response)
}

export function versionIn({ definition, requiresMatch }: Declared, { headers }: ResourceContext): string | undefined {
  return definition.version === undefined ? undefined : expectedVersion(headers?.['if-match'], requiresMatch)
}
