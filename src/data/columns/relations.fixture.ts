import { relations } from 'drizzle-orm'
import { integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'

export const people = pgTable('people', {
  id: integer().primaryKey(),
  mentorId: integer('mentor_id'),
})
export const profiles = pgTable('profiles', {
  personId: integer('person_id')
    .primaryKey()
    .references(() => people.id),
  bio: text(),
})
export const posts = pgTable('posts', {
  id: integer().primaryKey(),
  authorId: integer('author_id').notNull(),
  editorId: integer('editor_id'),
})
export const tags = pgTable('tags', { name: text().primaryKey() })
export const postTags = pgTable(
  'post_tags',
  { postId: integer('post_id').notNull(), tag: text().notNull(), position: integer() },
  (table) => [primaryKey({ columns: [table.postId, table.tag] })],
)
export const follows = pgTable(
  'follows',
  { followerId: integer('follower_id').notNull(), followedId: integer('followed_id').notNull() },
  (table) => [primaryKey({ columns: [table.followerId, table.followedId] })],
)
export const alone = pgTable('alone', { id: integer().primaryKey() })
export const unknownTable = pgTable('unknown', { id: integer().primaryKey() })

const peopleRelations = relations(people, ({ one, many }) => ({
  profile: one(profiles),
  mentor: one(people, { fields: [people.mentorId], references: [people.id], relationName: 'mentoring' }),
  pupils: many(people, { relationName: 'mentoring' }),
  posts: many(posts, { relationName: 'author' }),
  edited: many(posts, { relationName: 'editor' }),
  followers: many(follows, { relationName: 'followed' }),
  following: many(follows, { relationName: 'follower' }),
}))
const profileRelations = relations(profiles, ({ one }) => ({
  person: one(people, { fields: [profiles.personId], references: [people.id] }),
}))
const postRelations = relations(posts, ({ one, many }) => ({
  author: one(people, { fields: [posts.authorId], references: [people.id], relationName: 'author' }),
  editor: one(people, { fields: [posts.editorId], references: [people.id], relationName: 'editor' }),
  postTags: many(postTags),
}))
const tagRelations = relations(tags, ({ many }) => ({ tagged: many(postTags) }))
const postTagRelations = relations(postTags, ({ one }) => ({
  post: one(posts, { fields: [postTags.postId], references: [posts.id] }),
  tag: one(tags, { fields: [postTags.tag], references: [tags.name] }),
}))
const followRelations = relations(follows, ({ one }) => ({
  follower: one(people, { fields: [follows.followerId], references: [people.id], relationName: 'follower' }),
  followed: one(people, { fields: [follows.followedId], references: [people.id], relationName: 'followed' }),
}))

export const schema = {
  people,
  profiles,
  posts,
  tags,
  postTags,
  follows,
  alone,
  peopleRelations,
  profileRelations,
  postRelations,
  tagRelations,
  postTagRelations,
  followRelations,
}
