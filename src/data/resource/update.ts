import { PreconditionFailed } from '../../core/errors/index.ts'
import type { Operation } from '../../core/operation.ts'
import { CheckViolation, ForeignKeyViolation, UniqueViolation } from '../errors.ts'
import { updateSeen } from '../repository/changes.ts'
import { keyOf, readBack } from '../repository/read-rows.ts'
import { updateRow, type Fields } from '../repository/write-rows.ts'
import { rowAnswer } from './answer.ts'
import { changeErrors, changeInputs } from './change-errors.ts'
import type { Declared } from './declared.ts'
import { isSeen, needsTransaction } from './needs-transaction.ts'
import { resourceOperation, sessionOf, type ResourceContext } from './operations.ts'
import { expectedVersions } from './precondition.ts'
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
  const change = isSeen(declared) ? updateRowSeen : update
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
  const versions = versionsIn(declared, context)
  const selection = declared.definition.visible
  const rows = await updateRow(session, context.params, { fields, selection, versions })
  if (rows.length === 0) throw await refusal(declared, session, context.params, { action: 'update', versions })
  return rowAnswer(declared, rows, context.response)
}

async function updateRowSeen(declared: Declared, context: ResourceContext, fields: Fields): Promise<unknown> {
  const { definition } = declared
  const session = sessionOf(declared, context)
  const versions = versionsIn(declared, context)
  const around = rulesContext(context)
  const { rules } = context
  const outcome = await updateSeen(session, context.params, {
    versions,
    fields: async (before) => (await rules?.beforeUpdate?.(fields as never, before as never, around)) ?? fields,
  })
  if (outcome === 'missing') throw await refusal(declared, session, context.params, { action: 'update' })
  if (outcome === 'stale') throw new PreconditionFailed()
  await rules?.afterUpdate?.(outcome.after as never, outcome.before as never, around)
  const key = keyOf(definition, outcome.after)
  return rowAnswer(declared, await readBack(session, key, definition.visible), context.response)
}

export function versionsIn(
  { definition, requiresMatch }: Declared,
  { headers }: ResourceContext,
): readonly string[] | undefined {
  return definition.version === undefined ? undefined : expectedVersions(headers?.['if-match'], requiresMatch)
}
