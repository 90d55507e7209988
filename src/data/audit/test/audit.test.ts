import { eq } from 'drizzle-orm'
import { createApp, dependency, route, router } from 'ashlar'
import { authenticated, owner, role } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { Conflict } from 'ashlar/errors'
import { testApp } from 'ashlar/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { database } from '../../database.ts'
import { repository } from '../../repository/repository.ts'
import { resource } from '../../resource/resource.ts'
import { auditTrail } from '../audit-trail.ts'
import { CREATE_TABLES, elsewhere, labels, notes, readings, schema } from './notes.fixture.ts'

const db = database({ schema })
const rules = dependency({}, () => ({
  afterUpdate: (row: typeof notes.$inferSelect) => {
    if (row.title === 'refuse') throw new Conflict('refused after the change was written')
  },
}))
const labelRows = repository(labels, { database: db, access: authenticated, audit: true })
const noteApi = resource(notes, {
  database: db,
  access: {
    read: owner('ownerId'),
    create: authenticated,
    update: owner('ownerId'),
    delete: owner('ownerId'),
    purge: owner('ownerId'),
    audit: role('auditor'),
  },
  private: ['secret'],
  softDelete: true,
  version: true,
  audit: { redact: ['pin'] },
  rules,
})
const ofAll = { create: authenticated, audit: authenticated } as const
const api = router('/api', {
  notes: noteApi,
  readings: resource(readings, {
    database: db,
    access: { create: authenticated, update: authenticated, delete: authenticated, audit: authenticated },
    audit: true,
  }),
  unread: resource(labels, { path: '/unread', database: db, access: authenticated, audit: true }),
  here: resource(labels, { path: '/here', name: 'Here', database: db, access: ofAll, audit: true }),
  elsewhere: resource(elsewhere, { path: '/elsewhere', name: 'Elsewhere', database: db, access: ofAll, audit: true }),
  tidy: route.post(
    '/tidy/:id',
    { access: authenticated, uses: { system: db.system('titles are tidied') } },
    async ({ params, system }) => {
      await system.repository(noteApi).update(params.id, { title: 'tidy' })
    },
  ),
  relabel: route.post(
    '/relabel',
    {
      access: authenticated,
      uses: { rows: labelRows },
      body: z.object({ names: z.array(z.string()) }),
      response: z.array(z.uuid()),
    },
    async ({ rows, body }) => (await rows.insertMany(body.names.map((name) => ({ name })))).map(({ id }) => id),
  ),
})
const app = createApp({
  title: 'Notes',
  version: '1',
  database: db,
  api,
  auth: [basic({ realm: 'test', verify: () => undefined })],
})
const t = await testApp(app)
const ada = t.as({ id: 'ada' })
const auditor = t.as({ id: 'olga', roles: ['auditor'] })

beforeAll(() => t.run({ drizzle: db.drizzle }, ({ drizzle }) => drizzle.execute(CREATE_TABLES)).then(() => undefined))
afterAll(() => t.stop())

const trailOf = (table: string) =>
  t.run({ drizzle: db.drizzle }, ({ drizzle }) =>
    drizzle.select().from(auditTrail).where(eq(auditTrail.tableName, table)).orderBy(auditTrail.id),
  )

test('the history of a row tells every change, newest first: who, when, in which request, before and after', async () => {
  const note = await ada.notes.create({ body: { title: 'a', body: 'b' } })
  const params = { id: note.id }
  const changed = await ada.notes.update.safe({ params, body: { title: 'c' } })
  if (!changed.ok) throw changed.error
  await ada.notes.delete({ params })
  await ada.notes.restore({ params })
  await ada.notes.purge({ params })

  const { items, next, previous } = await auditor.notes.history({ params })
  expect(items.map(({ action }) => action)).toEqual(['purge', 'restore', 'delete', 'update', 'create'])
  expect([next, previous]).toEqual([null, null])
  const [purge, restore, remove, update, create] = items
  expect(update).toMatchObject({
    actor: 'ada',
    requestId: changed.response.headers.get('x-request-id'),
    operation: 'notes.update',
    reason: null,
    before: { id: note.id, title: 'a', body: 'b', version: 1 },
    after: { id: note.id, title: 'c', body: 'b', version: 2, updatedBy: 'ada' },
  })
  const { pin: _, ...told } = changed.data
  expect(update?.after).toEqual(told)
  expect(create).toMatchObject({ before: null, after: { id: note.id, title: 'a', createdAt: note.createdAt } })
  expect(remove).toMatchObject({ before: { title: 'c', deletedAt: null }, after: null })
  expect(restore).toMatchObject({ before: { deletedBy: 'ada' }, after: { deletedAt: null, deletedBy: null } })
  expect(purge).toMatchObject({ before: { title: 'c' }, after: null })
})

test('of private and redacted columns the trail keeps that they are set, and that they have changed', async () => {
  const note = await ada.notes.create({ body: { title: 'a', secret: 'hush', pin: '1234' } })
  const params = { id: note.id }
  await ada.notes.update({ params, body: { title: 'b' } })
  await ada.notes.update({ params, body: { secret: 'sh', pin: null } })
  const { items } = await auditor.notes.history({ params })
  const [both, title, create] = items
  expect(create?.after).toMatchObject({ secret: '[redacted]', pin: '[redacted]' })
  for (const image of [title?.before, title?.after]) {
    expect(image).not.toHaveProperty('secret')
    expect(image).not.toHaveProperty('pin')
  }
  expect(both?.before).toMatchObject({ title: 'b', secret: '[redacted]', pin: '[redacted]' })
  expect(both?.after).toMatchObject({ title: 'b', secret: '[redacted]', pin: null })
  const kept = (await trailOf('notes')).map(({ before, after }) => ({ before, after }))
  expect(JSON.stringify(kept)).not.toMatch(/hush|1234/)
})

test('what is private is not told of entries either that others have written', async () => {
  const note = await ada.notes.create({ body: { title: 'a' } })
  await t.run({ drizzle: db.drizzle }, ({ drizzle }) =>
    drizzle.insert(auditTrail).values({
      action: 'update',
      tableName: 'notes',
      rowKey: { id: note.id },
      before: { title: 'a', secret: 'hush' },
      after: { title: 'b', secret: null, pin: '1234' },
    }),
  )
  const { items } = await auditor.notes.history({ params: { id: note.id } })
  expect(items[0]).toMatchObject({
    before: { title: 'a', secret: '[redacted]' },
    after: { title: 'b', secret: null, pin: '[redacted]' },
  })
})

test('what the app does itself has no actor, and a reason', async () => {
  const note = await ada.notes.create({ body: { title: 'a', secret: 'hush' } })
  await ada.tidy({ params: { id: note.id } })
  const { items } = await auditor.notes.history({ params: { id: note.id } })
  expect(items[0]).toMatchObject({
    action: 'update',
    actor: null,
    reason: 'titles are tidied',
    operation: 'tidy',
    before: { title: 'a' },
    after: { title: 'tidy', version: 2 },
  })
  expect(items[0]?.after).not.toHaveProperty('secret')
  expect(await trailOf('notes')).toContainEqual(
    expect.objectContaining({ action: 'system', actor: 'ada', reason: 'titles are tidied', rowKey: null }),
  )
})

test('a change that is undone leaves nothing in the trail', async () => {
  const note = await ada.notes.create({ body: { title: 'a' } })
  const params = { id: note.id }
  await expect(ada.notes.update({ params, body: { title: 'refuse' } })).rejects.toMatchObject({ status: 409 })
  await expect(
    ada.notes.update({ params, body: { title: 'b' }, headers: { 'if-match': '"9"' } }),
  ).rejects.toMatchObject({
    status: 412,
  })
  expect((await auditor.notes.history({ params })).items.map(({ action }) => action)).toEqual(['create'])
})

test('only the rule audit decides who reads it', async () => {
  const note = await ada.notes.create({ body: { title: 'a' } })
  await expect(ada.notes.history({ params: { id: note.id } })).rejects.toMatchObject({ status: 403 })
  await expect(t.client.notes.history({ params: { id: note.id } })).rejects.toMatchObject({ status: 401 })
  expect((await auditor.notes.history({ params: { id: note.id.toUpperCase() } })).items).toHaveLength(1)
  expect((await auditor.notes.history({ params: { id: '019a0000-0000-7000-8000-000000000000' } })).items).toEqual([])
})

test('a history is read page by page, and filtered', async () => {
  const note = await ada.notes.create({ body: { title: '0' } })
  const params = { id: note.id }
  for (const title of ['1', '2', '3']) await ada.notes.update({ params, body: { title } })
  const first = await auditor.notes.history({ params, query: { limit: 3 } })
  expect(first.items.map(({ after }) => after?.['title'])).toEqual(['3', '2', '1'])
  const second = await auditor.notes.history({ params, query: { limit: 3, cursor: first.next! } })
  expect(second).toMatchObject({ items: [{ action: 'create' }], next: null })
  const back = await auditor.notes.history({ params, query: { limit: 3, cursor: second.previous! } })
  expect(back.items).toEqual(first.items)
  const made = await auditor.notes.history({ params, query: { action: 'create', actor: 'ada' } })
  expect(made.items).toHaveLength(1)
  expect((await auditor.notes.history({ params, query: { actor: 'bob' } })).items).toEqual([])
  await expect(
    t
      .fetch(`/api/notes/${note.id}/history?tableName=notes`, { as: { id: 'o', roles: ['auditor'] } })
      .then((r) => r.status),
  ).resolves.toBe(400)
})

test('composite keys and values without a form in JSON are kept as answers have them', async () => {
  const body = { sensor: 'a, "b"', number: '9007199254740993', raw: 'AQID', details: { n: [1, null] } }
  await ada.readings.create({ body })
  const params = { sensor: 'a, "b"', number: '9007199254740993' } as never
  await ada.readings.update({ params, body: { weight: 3 } })
  const { items } = await ada.readings.history({ params })
  expect(items.map(({ action }) => action)).toEqual(['update', 'create'])
  expect(items[1]?.after).toMatchObject({ ...body, valid: true, weight: null })
  expect(items[1]?.after?.['takenAt']).toMatch(/^\d{4}-\d\d-\d\dT/)
  const [entry] = await trailOf('readings')
  expect(entry?.rowKey).toEqual({ sensor: 'a, "b"', number: '9007199254740993' })
})

test('tables of the same name in two schemas have histories of their own', async () => {
  const id = '5e1f0f1c-2d3a-4b5c-8d6e-0f1a2b3c4d5e'
  await ada.here.create({ body: { id, name: 'here' } })
  await ada.elsewhere.create({ body: { id, name: 'elsewhere' } })
  const [here, there] = [await ada.here.history({ params: { id } }), await ada.elsewhere.history({ params: { id } })]
  expect([here, there].map(({ items }) => items.map(({ after }) => after?.['name']))).toEqual([['here'], ['elsewhere']])
})

test('the trail tells a table of another schema apart where the system has used it', async () => {
  const system = db.system('labels are counted')
  await t.run({ system }, ({ system: access }) => access.repository(elsewhere).count())
  expect(await trailOf('elsewhere.labels')).toContainEqual(
    expect.objectContaining({ action: 'system', reason: 'labels are counted' }),
  )
})

test('a repository keeps the trail too', async () => {
  const ids = await ada.relabel({ body: { names: ['x', 'y'] } })
  const trail = (await trailOf('labels')).filter(({ after }) => ids.includes((after as { id: string }).id))
  expect(trail).toMatchObject([
    { action: 'create', actor: 'ada', operation: 'relabel', after: { name: 'x' } },
    { action: 'create', actor: 'ada', operation: 'relabel', after: { name: 'y' } },
  ])
})

test('without a rule audit nobody reads it, and it is kept all the same', async () => {
  const { id } = await ada.unread.create({ body: { name: 'z' } })
  expect('history' in api.children.unread.children).toBe(false)
  expect((await trailOf('labels')).map(({ rowKey }) => rowKey)).toContainEqual({ id })
})

test('what cannot be kept or read is a mistake of the declaration', () => {
  const bare = database({ schema: { notes } })
  const access = { read: authenticated } as const
  expect(() => resource(notes, { database: bare, access, audit: true })).toThrow(/export \{ auditTrail \}/)
  expect(() => repository(notes, { database: bare, access, audit: true })).toThrow(/export \{ auditTrail \}/)
  expect(() => resource(notes, { database: db, access, audit: { redact: ['nothing' as 'pin'] } })).toThrow(/"nothing"/)
  expect(() => resource(notes, { database: db, access, audit: { redact: ['id'] } })).toThrow(/primary key/)
  expect(() => resource(notes, { database: db, access: { audit: role('x') } })).toThrow(/Add audit: true/)
  expect(() => resource(notes, { database: db, access: { audit: owner('ownerId') }, audit: true })).toThrow(
    /A history outlives its row/,
  )
})
