import { integer, pgEnum, pgSchema, pgTable, text, uuid, varchar } from 'drizzle-orm/pg-core'
import type { DrizzleSchema } from '../drizzle.ts'
import type { Decisions } from './review/decisions.ts'

export const status = pgEnum('status', ['draft', 'published'])
export const users = pgTable('users', {
  id: uuid().primaryKey().defaultRandom(),
  name: varchar({ length: 40 }).notNull(),
})
export const columns = { id: integer().primaryKey(), title: text().notNull() }
export const posts = pgTable('posts', columns)
export const blog = pgSchema('blog')

/** A change of tables, and what the files must say. */
export interface Case {
  readonly what: string
  readonly from: DrizzleSchema
  readonly to: DrizzleSchema
  readonly decisions?: Decisions
  /** What the files must say. */
  readonly says: readonly (string | RegExp)[]
}
