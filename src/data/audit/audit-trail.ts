import { bigint, index, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core'

/** What the trail tells of. `system`: code has left the scope of its caller, and has said why. */
export type AuditAction = 'create' | 'update' | 'delete' | 'restore' | 'purge' | 'system'

export const AUDIT_ACTIONS: readonly [AuditAction, ...AuditAction[]] = [
  'create',
  'update',
  'delete',
  'restore',
  'purge',
  'system',
]

/**
 * The table `ashlar_audit`, in which resources and repositories with `audit` keep who changed what. Export it from the module of your tables, so
 * that the database's schema has it and `ashlar migrate make` creates it.
 *
 * One row for each change, written in the transaction of the change: both are saved, or neither. `actor` is the caller's id as text, null where the
 * system acted, which then says why in `reason`. `before` and `after` are the row as JSON, with `"[redacted]"` in the place of what is private. The app only
 * ever adds rows; see docs/rows.md for how the server is made to hold it to that.
 *
 * @example
 * const projects = pgTable('projects', { id: id(), name: varchar().notNull() })
 * const audited = database({ schema: { projects, auditTrail } })
 * const projectApi = resource(projects, { database: audited, audit: true,
 *   access: { read: authenticated, update: authenticated, audit: role('auditor') } })
 */
export const auditTrail = pgTable(
  'ashlar_audit',
  {
    id: bigint({ mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    at: timestamp({ withTimezone: true, mode: 'string' }).notNull().defaultNow(),
    actor: text(),
    action: text({ enum: [...AUDIT_ACTIONS] as [AuditAction, ...AuditAction[]] }).notNull(),
    tableName: text('table_name').notNull(),
    /** The primary key as JSON; null where the entry is about no single row. */
    rowKey: jsonb('row_key'),
    requestId: text('request_id'),
    operation: text(),
    reason: text(),
    before: jsonb(),
    after: jsonb(),
  },
  (table) => [
    index('ashlar_audit_row').on(table.tableName, table.rowKey, table.id),
    index('ashlar_audit_actor').on(table.actor, table.id),
  ],
)
