import { createApp, router } from 'ashlar'
import { anyOf, anyone, owner, role } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { testApp } from 'ashlar/testing'
import { relations, sql } from 'drizzle-orm'
import { boolean, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { afterAll, expect, expectTypeOf, test } from 'vitest'
import { database } from '../database.ts'
import { resource } from '../resource/resource.ts'

const people = pgTable('people', {
  id: text().primaryKey(),
  name: text().notNull(),
  password: text().notNull(),
  hidden: boolean().notNull().default(false),
})
const posts = pgTable('posts', {
  id: integer().primaryKey(),
  title: text().notNull(),
  authorId: text('author_id').references(() => people.id),
  deletedAt: timestamp('deleted_at', { withTimezone: true, mode: 'string' }),
})
const tags = pgTable('tags', { id: integer().primaryKey(), name: text().notNull(), secret: text() })
const postTags = pgTable(
  'post_tags',
  { postId: integer('post_id').notNull(), tagId: integer('tag_id').notNull() },
  (table) => [primaryKey({ columns: [table.postId, table.tagId] })],
)
const notes = pgTable('notes', {
  id: integer().primaryKey(),
  postId: integer('post_id').notNull(),
  text: text().notNull(),
  ownerId: text('owner_id').notNull(),
})

const schema = {
  people,
  posts,
  tags,
  postTags,
  notes,
  peopleRelations: relations(people, ({ many }) => ({ posts: many(posts) })),
  postsRelations: relations(posts, ({ one, many }) => ({
    author: one(people, { fields: [posts.authorId], references: [people.id] }),
    postTags: many(postTags),
    notes: many(notes),
  })),
  tagsRelations: relations(tags, ({ many }) => ({ postTags: many(postTags) })),
  postTagsRelations: relations(postTags, ({ one }) => ({
    post: one(posts, { fields: [postTags.postId], references: [posts.id] }),
    tag: one(tags, { fields: [postTags.tagId], references: [tags.id] }),
  })),
  notesRelations: relations(notes, ({ one }) => ({
    post: one(posts, { fields: [notes.postId], references: [posts.id] }),
  })),
}

const db = database({ schema })
const noteApi = resource(notes, { database: db, access: { read: anyOf(owner('ownerId'), role('admin')) } })
const postApi = resource(posts, {
  database: db,
  access: { read: anyone },
  softDelete: true,
  list: {
    filter: { 'tags.name': ['eq', 'in'], 'notes.text': ['eq'], 'author.name': ['eq'] },
    count: ['exact'],
    include: {
      author: { access: anyone, fields: ['id', 'name'] },
      tags: { access: anyone, fields: ['name'], through: ['postTags', 'tag'], limit: 2, sort: ['-name'] },
      notes: { of: noteApi },
    },
  },
})
const personApi = resource(people, {
  database: db,
  access: { read: anyone },
  private: ['password'],
  list: { include: { posts: { of: () => postApi } } },
})
const app = createApp({
  title: 'Includes',
  version: '1',
  database: db,
  auth: [basic({ realm: 'x', verify: () => undefined })],
  api: router('', { posts: postApi, people: personApi, notes: noteApi }),
})
const t = await testApp(app)
await t.run({ drizzle: db.drizzle }, ({ drizzle }) =>
  drizzle.execute(sql`
    create table people (id text primary key, name text not null, password text not null, hidden boolean not null default false);
    create table posts (id int primary key, title text not null, author_id text, deleted_at timestamptz);
    create table tags (id int primary key, name text not null, secret text);
    create table post_tags (post_id int not null, tag_id int not null, primary key (post_id, tag_id));
    create table notes (id int primary key, post_id int not null, text text not null, owner_id text not null);
    insert into people values ('ada', 'Ada', 'pw'), ('bob', 'Bob "B"', 'pw');
    insert into posts values (1, 'one', 'ada', null), (2, 'two', 'bob', null), (3, 'three', null, null), (4, 'gone', 'ada', now());
    insert into tags values (1, 'a', 's'), (2, 'b', 's'), (3, 'c', 's');
    insert into post_tags values (1, 1), (1, 2), (1, 3), (2, 2);
    insert into notes values (1, 1, 'mine', 'ada'), (2, 1, 'yours', 'bob'), (3, 2, 'other', 'bob')`),
)
afterAll(() => t.stop())
const [ada, bob, admin] = [t.as({ id: 'ada' }), t.as({ id: 'bob' }), t.as({ id: 'eve', roles: ['admin'] })]

test('rows come with the rows they lead to: one, many, and through a table between', async () => {
  const { items } = await t.client.posts.list({ query: { include: ['author', 'tags'] } })
  expect(items).toEqual([
    {
      id: 1,
      title: 'one',
      authorId: 'ada',
      deletedAt: null,
      author: { id: 'ada', name: 'Ada' },
      tags: [{ name: 'c' }, { name: 'b' }],
    },
    {
      id: 2,
      title: 'two',
      authorId: 'bob',
      deletedAt: null,
      author: { id: 'bob', name: 'Bob "B"' },
      tags: [{ name: 'b' }],
    },
    { id: 3, title: 'three', authorId: null, deletedAt: null, author: null, tags: [] },
  ])
  expectTypeOf(items[0]!.author).toEqualTypeOf<{ id: string; name: string } | null | undefined>()
  expectTypeOf(items[0]!.tags).toEqualTypeOf<{ name: string }[] | undefined>()
})

test('backwards and with chosen fields too', async () => {
  const query = { include: ['tags'], fields: ['title'], limit: 2 } as const
  const first = await t.client.posts.list({ query })
  const second = await t.client.posts.list({ query: { ...query, cursor: first.next! } })
  const back = await t.client.posts.list({ query: { ...query, cursor: second.previous! } })
  expect(back.items).toEqual([
    { title: 'one', tags: [{ name: 'c' }, { name: 'b' }] },
    { title: 'two', tags: [{ name: 'b' }] },
  ])
})

test("included rows follow their own resource's rule", async () => {
  const notesOf = async (client: typeof ada): Promise<unknown> =>
    (await client.posts.list({ query: { include: ['notes'], fields: ['id'] } })).items
  expect(await notesOf(t.client)).toEqual([
    { id: 1, notes: [] },
    { id: 2, notes: [] },
    { id: 3, notes: [] },
  ])
  expect(await notesOf(ada)).toMatchObject([{ notes: [{ text: 'mine' }] }, { notes: [] }, { notes: [] }])
  expect(await notesOf(bob)).toMatchObject([
    { notes: [{ text: 'yours' }] },
    { notes: [{ text: 'other' }] },
    { notes: [] },
  ])
  expect(await notesOf(admin)).toMatchObject([
    { notes: [{ text: 'mine' }, { text: 'yours' }] },
    { notes: [{}] },
    { notes: [] },
  ])
})

test('a filter over a relation sees what its caller may read of it', async () => {
  const ids = async (client: typeof ada, query: object): Promise<unknown> => {
    const page = await client.posts.list({ query: { ...query, count: 'exact' } })
    expect(page.total).toBe(page.items.length)
    return page.items.map(({ id }) => id)
  }
  expect(await ids(t.client, { 'tags.name': 'b' })).toEqual([1, 2])
  expect(await ids(t.client, { 'tags.name[in]': ['a', 'zzz'] })).toEqual([1])
  expect(await ids(ada, { 'notes.text': 'yours' })).toEqual([])
  expect(await ids(bob, { 'notes.text': 'yours' })).toEqual([1])
  expect(await ids(bob, { 'notes.text': 'yours', include: ['notes'] })).toEqual([1])
})

test('private columns and deleted rows are not included, and one row includes as well as many', async () => {
  const person = await t.client.people.read({ params: { id: 'ada' }, query: { include: ['posts'] } })
  expect(person).toEqual({
    id: 'ada',
    name: 'Ada',
    hidden: false,
    posts: [{ id: 1, title: 'one', authorId: 'ada', deletedAt: null }],
  })
  const response = await t.fetch('/people?include=password,owner')
  expect(await response.json()).toMatchObject({ status: 400, code: 'query_invalid' })
})

test('an include that leads nowhere, or says nothing about access, is an error at the start', () => {
  const make = (include: object) => () =>
    createApp({
      title: 'x',
      version: '1',
      database: db,
      api: router('', {
        posts: resource(posts, { database: db, access: anyone, list: { include: include as never } }),
      }),
    })
  expect(make({ owner: { access: anyone, fields: ['id'] } })).toThrow(
    /include.owner is no relation of "posts"; it has author/,
  )
  expect(make({ author: {} })).toThrow(/include.author: nothing says who may read its rows/)
  expect(make({ author: { of: noteApi } })).toThrow(/include.author.of is the resource of "notes"/)
})
