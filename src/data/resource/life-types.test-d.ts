import { createApp, router } from 'ashlar'
import { authenticated, owner, role } from 'ashlar/access'
import type { Client } from 'ashlar/client'
import type { AuditEntry } from 'ashlar/data'
import { pgTable, text } from 'drizzle-orm/pg-core'
import { expectTypeOf, test } from 'vitest'
import { auditTrail } from '../audit/audit-trail.ts'
import { softDeletion } from '../columns/life-columns.ts'
import { uniqueAmongLiving } from '../columns/unique-among-living.ts'
import { database } from '../database.ts'
import { resource } from './resource.ts'
import { schema, tasks } from './test/tasks.fixture.ts'

const db = database({ schema: { ...schema, auditTrail } })
const own = owner('ownerId')
const api = router('/api', {
  all: resource(tasks, {
    database: db,
    access: { read: own, delete: own, purge: role('admin'), audit: role('auditor') },
    softDelete: true,
    version: true,
    audit: { redact: ['notes'] },
  }),
  hard: resource(tasks, { database: db, access: { read: own, delete: own, purge: own } }),
  kept: resource(tasks, { database: db, access: { read: own }, softDelete: true }),
  plain: resource(tasks, { database: db, access: authenticated, audit: true, softDelete: true }),
})
const app = createApp({ title: 'x', version: '1', api })
declare const client: Client<typeof app.api>

test('rows are removed for good, and their history is read, where a rule of its own says who', () => {
  expectTypeOf<keyof typeof client.all>().toEqualTypeOf<'list' | 'read' | 'delete' | 'restore' | 'purge' | 'history'>()
  expectTypeOf<keyof typeof client.hard>().toEqualTypeOf<'list' | 'read' | 'delete' | 'purge'>()
  expectTypeOf<keyof typeof client.plain>().toEqualTypeOf<
    'list' | 'read' | 'create' | 'update' | 'delete' | 'restore'
  >()
  void client.all.purge({ params: { id: 'x' }, headers: { 'if-match': '"1"' } })
})

test('a history has entries', () => {
  const history = (): ReturnType<typeof client.all.history> =>
    client.all.history({
      params: { id: 'x' },
      query: { action: 'update', 'action[in]': ['create'], actor: 'ada', 'at[gte]': '2026-01-01T00:00:00Z', limit: 5 },
    })
  expectTypeOf<Awaited<ReturnType<typeof history>>['items'][number]>().toEqualTypeOf<AuditEntry>()
  // @ts-expect-error -- there is no such action
  void client.all.history({ params: { id: 'x' }, query: { action: 'rename' } })
  // @ts-expect-error -- whose history it is must be said
  void client.all.history()
})

test('deleted rows are listed where rows are deleted softly by somebody', () => {
  void client.all.list({ query: { deleted: true } })
  void client.plain.list({ query: { deleted: true } })
  // @ts-expect-error -- nothing is deleted softly
  void client.hard.list({ query: { deleted: true } })
  // @ts-expect-error -- nobody deletes
  void client.kept.list({ query: { deleted: true } })
})

test('what is redacted is a column', () => {
  // @ts-expect-error -- there is no such column
  resource(tasks, { database: db, access: own, audit: { redact: ['nothing'] } })
})

test('a unique index of the living is of columns', () => {
  pgTable('users', { email: text().notNull(), ...softDeletion() }, (table) => [
    uniqueAmongLiving('users_email_key', table.deletedAt).on(table.email),
    // @ts-expect-error -- an index has columns
    uniqueAmongLiving('users_key', table.deletedAt).on(),
  ])
})
