import { createApp, route, router } from 'ashlar'
import { authenticated, owner } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { testApp } from 'ashlar/testing'
import { relations, sql } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { database } from '../../database.ts'
import { repository } from '../../repository/repository.ts'
import { resource } from '../resource.ts'

const notes = pgTable('notes', { id: integer().primaryKey(), ownerId: text('owner_id').notNull() })
const threads = pgTable('threads', {
  id: integer().primaryKey(),
  noteId: integer('note_id').notNull(),
  topic: integer(),
})
const replies = pgTable('replies', { id: integer().primaryKey(), threadId: integer('thread_id').notNull() })
const topics = pgTable('topics', { id: integer().primaryKey() })
const db = database({
  schema: {
    notes,
    threads,
    replies,
    topics,
    topicRelations: relations(topics, ({ many }) => ({ threads: many(threads) })),
    threadRelations: relations(threads, ({ one }) => ({
      topic: one(topics, { fields: [threads.topic], references: [topics.id] }),
    })),
  },
})
const noteApi = resource(notes, { database: db, access: owner('ownerId') })
const threadApi = resource(threads, { database: db, access: authenticated, parent: { of: noteApi, column: 'noteId' } })
const replyApi = resource(replies, {
  database: db,
  access: authenticated,
  parent: { of: threadApi, column: 'threadId' },
  path: '/threads/:threadId/replies',
})
const topicApi = resource(topics, {
  database: db,
  access: authenticated,
  list: { filter: { 'threads.noteId': ['eq'] }, include: { threads: { of: threadApi } } },
})
const uses = { threads: repository(threadApi), replies: repository(replyApi) }
const Ids = z.array(z.int())
const app = createApp({
  title: 'Below',
  version: '1',
  database: db,
  auth: [basic({ realm: 'x', verify: () => undefined })],
  api: router('', {
    notes: noteApi,
    threads: threadApi,
    replies: replyApi,
    topics: topicApi,
    all: route.get(
      '/all',
      { access: authenticated, uses, response: z.object({ threads: Ids, replies: Ids }) },
      async (all) => ({
        threads: (await all.threads.list()).items.map(({ id }) => id),
        replies: (await all.replies.list()).items.map(({ id }) => id),
      }),
    ),
    move: route.post('/move/:id/:noteId', { access: authenticated, uses }, async ({ params, threads: rows }) => {
      await rows.update(Number(params.id), { noteId: Number(params.noteId) })
    }),
    add: route.post('/add/:id/:noteId', { access: authenticated, uses }, async ({ params, threads: rows }) => {
      await rows.insert({ id: Number(params.id), noteId: Number(params.noteId) })
    }),
  }),
})
const t = await testApp(app)
const [ada, bob] = [t.as({ id: 'ada' }), t.as({ id: 'bob' })]
await t.run({ drizzle: db.drizzle }, ({ drizzle }) =>
  drizzle.execute(sql`
    create table notes (id int primary key, owner_id text not null);
    create table threads (id int primary key, note_id int not null, topic int);
    create table replies (id int primary key, thread_id int not null);
    create table topics (id int primary key);
    insert into notes values (1, 'ada'), (2, 'bob');
    insert into threads values (10, 1, 5), (20, 2, 5);
    insert into replies values (100, 10), (200, 20);
    insert into topics values (5)`),
)
afterAll(() => t.stop())

test("what is two levels below a row is its owner's alone", async () => {
  const params = { threadId: 10 }
  expect((await ada.replies.list({ params })).items).toEqual([{ id: 100, threadId: 10 }])
  await expect(bob.replies.list({ params })).rejects.toMatchObject({ status: 404 })
  await expect(bob.replies.create({ params, body: { id: 1 } })).rejects.toMatchObject({ status: 404 })
  await expect(bob.replies.read({ params: { ...params, id: 100 } })).rejects.toMatchObject({ status: 404 })
  await expect(bob.replies.delete({ params: { ...params, id: 100 } })).rejects.toMatchObject({ status: 404 })
})

test('its repository has the rows below what the caller may read, and moves none elsewhere', async () => {
  expect(await ada.all()).toEqual({ threads: [10], replies: [100] })
  expect(await bob.all()).toEqual({ threads: [20], replies: [200] })
  await expect(bob.move({ params: { id: '10', noteId: '2' } })).rejects.toMatchObject({ status: 404 })
  await expect(bob.move({ params: { id: '20', noteId: '1' } })).rejects.toMatchObject({ status: 403 })
  await expect(bob.add({ params: { id: '30', noteId: '1' } })).rejects.toMatchObject({ status: 403 })
  await bob.add({ params: { id: '30', noteId: '2' } })
})

test('included, and in filters by the relation, it is the same rows', async () => {
  const { items } = await ada.topics.list({ query: { include: ['threads'] } })
  expect(items).toEqual([{ id: 5, threads: [{ id: 10, noteId: 1, topic: 5 }] }])
  expect((await ada.topics.list({ query: { 'threads.noteId': 1 } })).items).toEqual([{ id: 5 }])
  expect((await ada.topics.list({ query: { 'threads.noteId': 2 } })).items).toEqual([])
})
