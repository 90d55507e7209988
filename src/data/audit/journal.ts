import { sql } from 'drizzle-orm'
import type { Model } from '../model/model.ts'
import { unobserved } from '../observe/observed-runner.ts'
import type { Journal, JournalChange } from '../repository/changes.ts'
import type { Asker, RowSession } from '../repository/row-session.ts'
import { compileStatement, place } from '../statements/compile.ts'
import { StatementCache } from '../statements/statement-cache.ts'
import { JsonSink } from '../wire/json-sink.ts'
import type { RowSet } from '../wire/row-set.ts'
import { auditTrail, type AuditAction } from './audit-trail.ts'
import { RowImages, trailName, type Imaged } from './row-images.ts'

/** One statement for one change and for many. */
const INSERT = compileStatement(sql`
insert into ${auditTrail} (actor, action, table_name, row_key, request_id, operation, reason, before, after)
select ${place('actor')}::text, ${place('action')}::text, ${place('table')}::text, change -> 'key', ${place('requestId')}::text,
  ${place('operation')}::text, ${place('reason')}::text, change -> 'before', change -> 'after'
from jsonb_array_elements(${place('changes')}::jsonb) as change`)

/** Writes what changes into the trail, by the connection and so in the transaction of the change. `hidden` are columns' keys. */
export function auditJournal(model: Model, hidden: ReadonlySet<string>): Journal {
  const { primaryKey } = model
  const tableName = trailName(model)
  const byOrder = new StatementCache<RowImages>()
  return {
    hidden,
    async record(session, change) {
      // Other declarations of the same table read its columns in another order.
      const { shape, columns } = session.definition.all
      const images = byOrder.get(shape, () => new RowImages({ columns, primaryKey, hidden }))
      const changes = changesOf(images, change)
      if (changes !== undefined) await write(session, { action: change.action, tableName, changes })
    },
  }
}

/** Tells that code has left its caller's scope for a table, of which it changes nothing here. */
export async function recordSystemAccess({ tableName, ...by }: SystemUse): Promise<void> {
  await write(by, { action: 'system', tableName, changes: '[{}]' })
}

interface SystemUse extends Pick<RowSession, 'runner' | 'asker'> {
  readonly tableName: string
}

interface Entries {
  readonly action: AuditAction
  readonly tableName: string
  readonly changes: string
}

async function write(
  { runner, asker }: Pick<RowSession, 'runner' | 'asker'>,
  { action, tableName, changes }: Entries,
): Promise<void> {
  // The warning of a repeated statement is to name the app's own.
  await unobserved(runner).run(INSERT, INSERT.bind({ action, table: tableName, changes, ...circumstances(asker) }))
}

function circumstances({ user, requestId, operation, reason }: Asker): Readonly<Record<string, string | null>> {
  return {
    actor: user === undefined ? null : String(user.id),
    requestId: requestId ?? null,
    operation: operation ?? null,
    reason: reason ?? null,
  }
}

/** As a list of JSON; `undefined` where nothing has changed. */
function changesOf(images: RowImages, { before, after }: JournalChange): string | undefined {
  const rows = after ?? before
  if (rows === undefined || rows.length === 0) return undefined
  const sink = new JsonSink(2 * ((before?.size ?? 0) + (after?.size ?? 0)) + 256)
  for (let row = 0; row < rows.length; row += 1) {
    sink.latin1(row === 0 ? '[{"key":' : ',{"key":')
    images.writeKey(sink, { rows, row })
    writeImage(images, sink, ',"before":', imaged(before, row, after))
    writeImage(images, sink, ',"after":', imaged(after, row, before))
    sink.latin1('}')
  }
  sink.latin1(']')
  return sink.toText()
}

function imaged(rows: RowSet | undefined, row: number, other: RowSet | undefined): Imaged | undefined {
  return rows && { rows, row, other }
}

function writeImage(images: RowImages, sink: JsonSink, name: string, image: Imaged | undefined): void {
  if (image === undefined) return
  sink.latin1(name)
  images.write(sink, image)
}
