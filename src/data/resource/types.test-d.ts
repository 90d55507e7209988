import { createApp, router } from 'ashlar'
import { authenticated, owner } from 'ashlar/access'
import type { Client } from 'ashlar/client'
import { expectTypeOf, test } from 'vitest'
import type { OutputOf } from '../../core/schema.ts'
import { database } from '../database.ts'
import { resource } from './resource.ts'
import { schema, tasks } from './test/tasks.fixture.ts'

const db = database({ schema })
const api = router('/api', {
  tasks: resource(tasks, {
    database: db,
    access: { read: owner('ownerId'), create: authenticated, update: owner('ownerId') },
    private: ['secret'],
    readOnly: ['priority'],
    writeOnce: ['listId'],
    refine: { title: (title) => title.min(1) },
  }),
  archive: resource(tasks, { database: db, access: authenticated, softDelete: true, version: 'required', put: true }),
})
const app = createApp({ title: 'x', version: '1', api })
declare const client: Client<typeof app.api>

test('what has a rule has an operation', () => {
  expectTypeOf<keyof typeof client.tasks>().toEqualTypeOf<'list' | 'read' | 'create' | 'update'>()
  expectTypeOf<keyof typeof client.archive>().toEqualTypeOf<
    'list' | 'read' | 'create' | 'update' | 'replace' | 'delete' | 'restore'
  >()
})

test('a row is sent without its private columns', () => {
  type Task = Awaited<ReturnType<typeof client.tasks.read>>
  expectTypeOf<Task>().toHaveProperty('ownerId').toEqualTypeOf<string>()
  expectTypeOf<'secret' extends keyof Task ? true : false>().toEqualTypeOf<false>()
})

test('what the server writes is not written by callers', () => {
  type Body = NonNullable<Parameters<typeof client.tasks.create>[0]>['body']
  expectTypeOf<keyof Body>().toEqualTypeOf<'id' | 'title' | 'notes' | 'secret' | 'done' | 'listId'>()
  type Changes = NonNullable<NonNullable<Parameters<typeof client.tasks.update>[0]>['body']>
  expectTypeOf<keyof Changes>().toEqualTypeOf<'title' | 'notes' | 'secret' | 'done'>()
  // @ts-expect-error -- a title is text
  void client.tasks.create({ body: { title: 1 } })
})

test('a version is named by a header', () => {
  void client.archive.delete({ params: { id: 'x' }, headers: { 'if-match': '"1"' } })
})

test('columns that the table does not have are type errors', () => {
  // @ts-expect-error -- there is no such column
  resource(tasks, { database: db, access: authenticated, private: ['nothing'] })
  // @ts-expect-error -- who may call it must be said
  resource(tasks, { database: db })
})

test('an operation beside the others can answer with what they answer with', () => {
  const { read } = api.children.tasks.children
  expectTypeOf<OutputOf<typeof read.response>['title']>().toEqualTypeOf<string>()
})

test('an option that there is not is a type error', () => {
  // @ts-expect-error misspelt: the secret would be sent
  resource(tasks, { database: db, access: authenticated, privat: ['secret'] })
})
