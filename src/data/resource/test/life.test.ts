import { createApp, dependency, route, router } from 'ashlar'
import { allOf, anyOf, anyone, authenticated, owner, role, rule } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { testApp } from 'ashlar/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { database } from '../../database.ts'
import { repository } from '../../repository/repository.ts'
import { resource } from '../resource.ts'
import { byInteger, byUuid, CREATE_TABLES, pages, schema } from './life.fixture.ts'

const db = database({ schema })
const asked: string[] = []
const rules = dependency({}, () => ({
  beforeDelete: ({ slug }: { readonly slug: string }) => void asked.push(`before ${slug}`),
  afterDelete: ({ slug }: { readonly slug: string }) => void asked.push(`after ${slug}`),
}))
const own = owner('ownerId')
const clerk = role('clerk')
const whim = rule({ name: 'whim' }, () => true)
const rows = repository(pages, { database: db, access: authenticated, softDelete: true })
const api = router('/api', {
  upsert: route.put(
    '/by-slug/:slug',
    { access: authenticated, uses: { rows }, response: z.object({ id: z.uuid(), hits: z.int() }) },
    ({ rows: own, params: { slug }, user }) =>
      own.upsert({ slug, hits: 5, ownerId: String(user.id) }, { on: ['slug'] }),
  ),
  pages: resource(pages, {
    database: db,
    access: { read: authenticated, create: authenticated, update: own, delete: own, purge: allOf(clerk, own) },
    softDelete: true,
    version: true,
    list: { filter: ['slug'], sort: ['slug'], count: ['exact'] },
  }),
  ruled: resource(pages, {
    path: '/ruled',
    name: 'Ruled',
    database: db,
    access: { read: authenticated, create: authenticated, delete: clerk, purge: clerk },
    softDelete: true,
    rules,
  }),
  coded: resource(pages, {
    path: '/coded',
    database: db,
    access: { read: authenticated, delete: anyOf(whim, clerk) },
    softDelete: true,
  }),
  shown: resource(pages, {
    path: '/shown',
    database: db,
    access: { read: anyone, create: own, delete: own },
    softDelete: true,
  }),
  byUuid: resource(byUuid, { database: db, access: authenticated, softDelete: true }),
  byInteger: resource(byInteger, { database: db, access: authenticated, softDelete: true }),
})
const app = createApp({
  title: 'Pages',
  version: '1',
  database: db,
  api,
  auth: [basic({ realm: 'test', verify: () => undefined })],
})
const t = await testApp(app)
const [ada, bob, cleo] = [t.as({ id: 'ada' }), t.as({ id: 'bob' }), t.as({ id: 'cleo', roles: ['clerk'] })]

beforeAll(() => t.run({ drizzle: db.drizzle }, ({ drizzle }) => drizzle.execute(CREATE_TABLES)).then(() => undefined))
afterAll(() => t.stop())

const status = (wanted: number) => ({ status: wanted })

test('a row that is deleted softly is gone for everything but restoring, and says who deleted it and when', async () => {
  const { id } = await ada.pages.create({ body: { slug: 'soft' } })
  const params = { id }
  await ada.pages.delete({ params })
  await expect(ada.pages.read({ params })).rejects.toMatchObject(status(404))
  await expect(ada.pages.update({ params, body: { hits: 1 } })).rejects.toMatchObject(status(404))
  await expect(ada.pages.delete({ params })).rejects.toMatchObject(status(404))
  expect((await ada.pages.list({ query: { slug: 'soft', count: 'exact' } })).total).toBe(0)
  await expect(bob.pages.restore({ params })).rejects.toMatchObject(status(404))
  const [deleted] = (await ada.pages.list({ query: { slug: 'soft', deleted: true } })).items
  expect(deleted).toMatchObject({ id, deletedBy: 'ada', version: 2 })
  expect(Date.parse(deleted?.deletedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(deleted?.createdAt ?? ''))
  expect(await ada.pages.restore({ params })).toMatchObject({ id, deletedAt: null, deletedBy: null, version: 3 })
  await expect(ada.pages.restore({ params })).rejects.toMatchObject(status(404))
  expect(await ada.pages.read({ params })).toMatchObject({ id })
})

test('a unique value of a deleted row can be used again, and the row not be restored then', async () => {
  const first = await ada.pages.create({ body: { slug: 'unique' } })
  await expect(ada.pages.create({ body: { slug: 'unique' } })).rejects.toMatchObject(status(409))
  await ada.pages.delete({ params: { id: first.id } })
  const second = await ada.pages.create({ body: { slug: 'unique' } })
  await expect(ada.pages.restore({ params: { id: first.id } })).rejects.toMatchObject({
    status: 409,
    code: 'unique_violation',
  })
  await ada.pages.delete({ params: { id: second.id } })
  expect(await ada.pages.restore({ params: { id: first.id } })).toMatchObject({ slug: 'unique' })
})

test('an upsert takes a deleted row for none', async () => {
  const params = { slug: 'upserted' }
  const { id: first } = await ada.upsert({ params })
  expect(await ada.upsert({ params })).toEqual({ id: first, hits: 5 })
  await ada.pages.delete({ params: { id: first } })
  const { id: second } = await ada.upsert({ params })
  expect(second).not.toBe(first)
  await ada.pages.delete({ params: { id: second } })
  expect((await ada.pages.list({ query: { deleted: true, slug: 'upserted' } })).items).toHaveLength(2)
})

test('deleted rows are listed for those who may delete them, and for nobody else', async () => {
  const query = { deleted: true, slug: 'listed' } as const
  const { id } = await ada.pages.create({ body: { slug: 'listed' } })
  await ada.pages.delete({ params: { id } })
  const { id: alive } = await bob.pages.create({ body: { slug: 'listed' } })
  expect((await ada.pages.list({ query })).items.map((row) => row.id)).toEqual([id])
  expect((await bob.pages.list({ query })).items).toEqual([])
  expect((await bob.pages.list({ query: { slug: 'listed' } })).items.map((row) => row.id)).toEqual([alive])
  expect((await cleo.ruled.list({ query: { deleted: true, limit: 100 } })).items.map((row) => row.id)).toContain(id)
  await expect(ada.ruled.list({ query: { deleted: true } })).rejects.toMatchObject(status(403))
})

test('a list of deleted rows has pages and totals as any other', async () => {
  for (const slug of ['d1', 'd2', 'd3']) {
    const { id } = await cleo.pages.create({ body: { slug } })
    await cleo.pages.delete({ params: { id } })
  }
  const query = { deleted: true, sort: ['-slug'], limit: 2, count: 'exact' } as const
  const first = await cleo.pages.list({ query })
  expect(first).toMatchObject({ items: [{ slug: 'd3' }, { slug: 'd2' }], total: 3 })
  expect(await cleo.pages.list({ query: { ...query, cursor: first.next! } })).toMatchObject({
    items: [{ slug: 'd1' }],
    next: null,
  })
})

test('where the rule of deleting has code of its own, a list cannot ask it, and has no deleted rows to offer', async () => {
  const response = await t.fetch('/api/coded?deleted=true', { as: { id: 'cleo', roles: ['clerk'] } })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ code: 'query_invalid' })
})

test('a purge removes rows for good, deleted softly or not, by its own rule', async () => {
  const [one, two] = [
    await cleo.pages.create({ body: { slug: 'purge 1' } }),
    await cleo.pages.create({ body: { slug: 'purge 2' } }),
  ]
  await cleo.pages.delete({ params: { id: one.id } })
  for (const { id } of [one, two]) {
    await expect(ada.pages.purge({ params: { id } })).rejects.toMatchObject(status(403))
    await cleo.pages.purge({ params: { id } })
    await expect(cleo.pages.purge({ params: { id } })).rejects.toMatchObject(status(404))
    await expect(cleo.pages.restore({ params: { id } })).rejects.toMatchObject(status(404))
  }
  const others = await ada.pages.create({ body: { slug: 'not hers' } })
  await expect(cleo.pages.purge({ params: { id: others.id } })).rejects.toMatchObject(status(403))
  const stale = { params: { id: others.id }, headers: { 'if-match': '"9"' } }
  await expect(t.as({ id: 'ada', roles: ['clerk'] }).pages.purge(stale)).rejects.toMatchObject(status(412))
})

test('a purge asks the business rules of deleting, unless they were asked before', async () => {
  const { id } = await cleo.ruled.create({ body: { slug: 'x', ownerId: 'cleo' } })
  await cleo.ruled.purge({ params: { id } })
  expect(asked.splice(0)).toEqual(['before x', 'after x'])
  const { id: other } = await cleo.ruled.create({ body: { slug: 'y', ownerId: 'cleo' } })
  await cleo.ruled.delete({ params: { id: other } })
  expect(asked.splice(0)).toEqual(['before y', 'after y'])
  await cleo.ruled.purge({ params: { id: other } })
  expect(asked).toEqual([])
})

test('one rule for everything is none for removing rows for good, or for reading their history', () => {
  expect(Object.keys(api.children.byUuid.children)).toEqual(['list', 'read', 'create', 'update', 'delete', 'restore'])
})

const UUIDS = ['5e1f0f1c-2d3a-4b5c-8d6e-0f1a2b3c4d5e', '6e1f0f1c-2d3a-4b5c-8d6e-0f1a2b3c4d5e'] as const

test.each([
  ['text', 'pages', 'ada', 'ada'],
  ['uuid', 'byUuid', UUIDS[0], UUIDS[0]],
  ['integer', 'byInteger', 17, 17],
  ['integer, of a caller whose id is text', 'byInteger', '18', 18],
] as const)('who made, changed and deleted a row is kept in a column of type %s', async (_, name, caller, kept) => {
  const path = name === 'pages' ? '/api/pages' : name === 'byUuid' ? '/api/by-uuid' : '/api/by-integer'
  const as = { id: caller }
  const first = name === 'pages' ? { slug: `by ${caller}` } : { id: kept === 18 ? 2 : 1, name: 'a' }
  const made = (await (await t.fetch(path, { method: 'POST', json: first, as })).json()) as Record<string, unknown>
  expect(made).toMatchObject({ createdBy: kept, updatedBy: kept, deletedBy: null })
  const at = `${path}/${String(made['id'])}`
  const change = name === 'pages' ? { hits: 2 } : { name: 'b' }
  const changed = await t.fetch(at, { method: 'PATCH', json: change, as })
  expect(await changed.json()).toMatchObject({ createdBy: kept, updatedBy: kept, deletedBy: null })
  expect((await t.fetch(at, { method: 'DELETE', as })).status).toBe(204)
  const gone = (await (await t.fetch(`${path}?deleted=true`, { as })).json()) as { items: Record<string, unknown>[] }
  expect(gone.items.find((row) => row['id'] === made['id'])).toMatchObject({ deletedBy: kept })
  const restored = await t.fetch(`${at}/restore`, { method: 'POST', as })
  expect(await restored.json()).toMatchObject({ createdBy: kept, updatedBy: kept, deletedBy: null, deletedAt: null })
})

test('where everybody reads, those who may delete are known, and list what was deleted', async () => {
  const { id } = await ada.shown.create({ body: { slug: 'shown' } })
  await ada.shown.delete({ params: { id } })
  const query = { deleted: true, limit: 100 } as const
  expect((await ada.shown.list({ query })).items.map((row) => row.id)).toContain(id)
  expect((await bob.shown.list({ query })).items.map((row) => row.id)).not.toContain(id)
  await expect(t.client.shown.list({ query })).rejects.toMatchObject(status(403))
  expect((await t.client.shown.list()).items.map((row) => row.id)).not.toContain(id)
})
