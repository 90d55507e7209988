import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { createApp, router } from 'ashlar'
import { authenticated, role } from 'ashlar/access'
import { client } from 'ashlar/client'
import { expectTypeOf, test } from 'vitest'
import { database } from '../database.ts'
import { resource } from './resource.ts'

const people = pgTable('people', {
  id: integer().primaryKey(),
  name: text().notNull(),
  salary: integer().notNull(),
  grade: text().notNull(),
})
const db = database({ schema: { people } })

test('a column that not everybody may read may be absent, and one that not everybody may write is there', async () => {
  const api = router('', {
    people: resource(people, {
      database: db,
      access: authenticated,
      fields: { salary: role('hr'), grade: { write: role('hr') } },
    }),
  })
  const app = createApp({ title: 'People', version: '1', database: db, api })
  const read = async () => client(app).people.read({ params: { id: 1 } })
  type Row = Awaited<ReturnType<typeof read>>
  expectTypeOf<Row['salary']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<Row['grade']>().toEqualTypeOf<string>()
  expectTypeOf<Row['name']>().toEqualTypeOf<string>()
})

test('a column that is not there is no option', () => {
  // @ts-expect-error -- the table has no such column
  resource(people, { database: db, access: authenticated, fields: { salry: role('hr') } })
})
