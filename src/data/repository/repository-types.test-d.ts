import { boolean, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { expectTypeOf, test } from 'vitest'
import type { OutputOf } from '../../core/schema.ts'
import { tableSchemas } from '../columns/table-schemas.ts'
import type { Changes, New, Repository } from './repository-types.ts'

const tasks = pgTable('tasks', { id: integer().primaryKey(), title: text().notNull(), done: boolean(), notes: text() })
const { create, update } = tableSchemas(tasks, { readOnly: ['id'] })

test('bodies of the schemas of a table are what its repository takes', () => {
  expectTypeOf<OutputOf<typeof create>>().toExtend<New<typeof tasks>>()
  expectTypeOf<OutputOf<typeof update>>().toExtend<Changes<typeof tasks>>()
  expectTypeOf<Repository<typeof tasks>['update']>().parameter(1).toEqualTypeOf<Changes<typeof tasks>>()
})

test('what changes a row is undefined where it stays, and null only where the column may be empty', () => {
  expectTypeOf<Changes<typeof tasks>['title']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<Changes<typeof tasks>['notes']>().toEqualTypeOf<string | null | undefined>()
})
