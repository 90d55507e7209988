import { z } from 'zod'
import { named } from '../../schema/index.ts'
import type { ListQueryInput } from '../query/list-input.ts'
import { AUDIT_ACTIONS, type AuditAction, type auditTrail } from './audit-trail.ts'

/** One change of a row, as its history tells it. */
export interface AuditEntry {
  readonly id: string
  /** ISO 8601 in UTC. */
  readonly at: string
  /** The id of who did it; null where the system did. */
  readonly actor: string | null
  readonly action: AuditAction
  readonly requestId: string | null
  readonly operation: string | null
  /** Why, where the system did it. */
  readonly reason: string | null
  /** The row as it was, and as it is since: `"[redacted]"` where a value is not kept. */
  readonly before: Readonly<Record<string, unknown>> | null
  readonly after: Readonly<Record<string, unknown>> | null
}

const text = z.string().nullable()
const image = z.record(z.string(), z.unknown()).nullable()

/** Made anew for each use: a schema that stands in the document is named once. */
export function auditEntrySchema(): z.ZodObject {
  return named(
    'AuditEntry',
    z.object({
      id: z.string(),
      at: z.iso.datetime().describe('When the transaction of the change began.'),
      actor: text.describe('The id of who did it; null where the system did.'),
      action: z.enum(AUDIT_ACTIONS),
      requestId: text.describe('The request in which it was done.'),
      operation: text,
      reason: text.describe('Why, where the system did it.'),
      before: image.describe('The row as it was; null where there was none.'),
      after: image.describe('The row as it is since; null where there is none.'),
    }),
  )
}

/** What can be asked of a history. The newest entry comes first. */
export const HISTORY_LIST = {
  filter: { action: ['eq', 'in'], actor: ['eq', 'isNull'], at: ['gte', 'gt', 'lte', 'lt'] },
  defaultSort: ['-id'],
  select: false,
} as const

/** The query parameters of a history: pages and filters, as of any list. */
export type HistoryQuery = ListQueryInput<typeof auditTrail, typeof HISTORY_LIST>
