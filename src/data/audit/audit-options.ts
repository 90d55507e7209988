import type { PgTable } from 'drizzle-orm/pg-core'
import type { ColumnName } from '../columns/table-types.ts'
import type { DrizzleSchema } from '../drizzle.ts'
import type { Model } from '../model/model.ts'
import type { Journal } from '../repository/changes.ts'
import { auditTrail } from './audit-trail.ts'
import { auditJournal } from './journal.ts'

/** What the audit trail keeps of a table's rows. */
export interface AuditOptions<Table extends PgTable = PgTable> {
  /** Columns of which the trail tells that they have changed, and not what they held. Private columns are among them anyway. */
  readonly redact?: readonly ColumnName<Table>[]
}

export interface Audited {
  /** What declares it, for messages: `resource(tasks)`. */
  readonly what: string
  readonly model: Model
  readonly schema: DrizzleSchema | undefined
  readonly audit: boolean | { readonly redact?: readonly string[] } | undefined
}

/**
 * What writes the changes of a table into the trail, where that is asked for.
 *
 * @throws TypeError where the database has no trail, or `redact` names what the table does not have, or its primary key.
 */
export function journalOf({ what, model, schema = {}, audit = false }: Audited): Journal | undefined {
  if (audit === false) return undefined
  if (!Object.values(schema).includes(auditTrail)) {
    throw new TypeError(
      `${what} has audit, and the schema of its database has no table for it. Export auditTrail of ashlar/data from the module of your ` +
        `tables, with export { auditTrail }, and run ashlar migrate make.`,
    )
  }
  const { redact = [] } = audit === true ? {} : audit
  for (const key of redact) checkRedacted(what, model, key)
  const hidden = model.columns.filter((column) => !model.visible.includes(column)).map(({ key }) => key)
  return auditJournal(model, new Set([...hidden, ...redact]))
}

function checkRedacted(what: string, { byKey, primaryKey, name }: Model, key: string): void {
  const column = byKey.get(key)
  if (column === undefined) {
    throw new TypeError(
      `${what}: audit.redact names the column "${key}", which the table "${name}" does not have. It has ${[...byKey.keys()].join(', ')}.`,
    )
  }
  if (primaryKey.includes(column))
    throw new TypeError(
      `${what}: audit.redact names "${key}", of the primary key, by which the trail finds a row. Leave it out.`,
    )
}
