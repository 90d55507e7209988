import { PreconditionFailed } from '../../core/errors/index.ts'
import type { Operation } from '../../core/operation.ts'
import { CheckViolation, ForeignKeyViolation, UniqueViolation } from '../errors.ts'
import { updateSeen } from '../repository/changes.ts'
import type { Key } from '../repository/read-rows.ts'
import type { RowSession } from '../repository/row-session.ts'
import { updateRow, type Fields } from '../repository/write-rows.ts'
import type { RowSet } from '../wire/row-set.ts'
import { rowAnswer } from './answer.ts'
import { changeErrors, changeInputs } from './change-errors.ts'
import type { Declared } from './declared.ts'
import { isSeen, needsTransaction } from './needs-transaction.ts'
import { resourceOperation, sessionOf, type ResourceContext } from './operations.ts'
import { expectedVersions } from './precondition.ts'
import { refusal } from './refused.ts'
import { replacementOf } from './replacement.ts'
import { rulesContext } from './rules-context.ts'
import { perView } from './view.ts'

/** PATCH: what is sent changes, what is absent stays. */
export function updateOperation(declared: Declared): Operation {
  return changeOperation(declared, 'PATCH', () => (body) => body)
}

/** PUT: what is absent gets its default, or null; private columns stay as they are. */
export function replaceOperation(declared: Declared): Operation {
  return changeOperation(declared, 'PUT', perView(replacementOf))
}

/** What is written, of what is sent. `locked` are the columns that the caller may not write. */
type FieldsOf = (body: Fields, locked: ReadonlySet<string>) => Fields

function changeOperation(
  declared: Declared,
  method: 'PATCH' | 'PUT',
  fieldsFor: (view: Declared) => FieldsOf,
): Operation {
  const { name, rowPath, rules, schemas } = declared
  return resourceOperation(
    declared,
    {
      method,
      path: rowPath,
      action: 'update',
      summary: method === 'PATCH' ? `Change a ${name}` : `Replace a ${name}`,
      inputs: { ...changeInputs(declared), body: method === 'PATCH' ? schemas.update : schemas.replace },
      sent: 'row',
      response: schemas.row,
      errors: [...changeErrors(declared), UniqueViolation, ForeignKeyViolation, CheckViolation],
      inTransaction: needsTransaction(declared, 'update'),
      ...(rules !== undefined && { uses: { rules } }),
    },
    (context, view) => {
      const locked = view.definition.fields?.lockedFor(context.caller) ?? NONE
      return update(view, context, fieldsFor(view)(context.body, locked))
    },
  )
}

const NONE: ReadonlySet<string> = new Set()

async function update(declared: Declared, context: ResourceContext, fields: Fields): Promise<unknown> {
  const session = sessionOf(declared, context)
  const versions = versionsIn(declared, context)
  const rows = await updateOne(declared, context, { session, key: context.params, fields, versions })
  return rowAnswer(declared, rows, context.response)
}

export interface RowChange {
  readonly session: RowSession
  readonly key: Key
  readonly fields: Fields
  readonly versions: readonly string[] | undefined
}

/** Changes one row, by the rules where there are some. Throws why it cannot. */
export async function updateOne(declared: Declared, context: ResourceContext, change: RowChange): Promise<RowSet> {
  const { session, key, fields, versions } = change
  if (!isSeen(declared)) {
    const rows = await updateRow(session, key, { fields, selection: declared.definition.visible, versions })
    if (rows.length === 0) throw await refusal(declared, session, key, { action: 'update', versions })
    return rows
  }
  const around = rulesContext(context)
  const { rules } = context
  const outcome = await updateSeen(session, key, {
    versions,
    fields: async (before) => (await rules?.beforeUpdate?.(fields, before, around)) ?? fields,
  })
  if (outcome === 'missing') throw await refusal(declared, session, key, { action: 'update' })
  if (outcome === 'stale') throw new PreconditionFailed()
  await rules?.afterUpdate?.(outcome.row, outcome.before, around)
  return outcome.rows
}

export function versionsIn(
  { definition, requiresMatch }: Declared,
  { headers }: ResourceContext,
): readonly string[] | undefined {
  return definition.version === undefined ? undefined : expectedVersions(headers?.['if-match'], requiresMatch)
}
