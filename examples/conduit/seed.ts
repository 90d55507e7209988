// Replaces everything in the database with realistic data, the same every time. Run: npx ashlar db seed
import { hashPassword } from 'ashlar/auth'
import { defineSeed, type Drizzle } from 'ashlar/data'
import { sql } from 'drizzle-orm'
import { authors, posts, remarks } from './seed-data.ts'
import { slugOf } from './src/articles/slug.ts'
import { articles, articleTags } from './src/articles/table.ts'
import { comments } from './src/comments/table.ts'
import { database } from './src/database.ts'
import { favorites } from './src/favorites/table.ts'
import { follows } from './src/profiles/table.ts'
import { authTables, users } from './src/users/table.ts'

const PASSWORD = 'jakejake'
const FIRST_ARTICLE_MS = Date.UTC(2026, 0, 5, 8)
const HOUR_MS = 3_600_000

/** The nth of the people, who stand in a circle. */
type Circle = (index: number) => string

export const seed = defineSeed({ db: database.transaction }, async ({ db }) => {
  await db.execute(sql`TRUNCATE users, articles RESTART IDENTITY CASCADE`)
  const people = await insertUsers(db)
  const person: Circle = (index) => people[index % people.length]!
  await insertFollows(db, person)
  const written = await insertArticles(db, person)
  await insertFavorites(db, written, person)
  await insertComments(db, written, person)
  return `Log in: ${emailOf(authors[0]!.name)}, ${PASSWORD}`
})

async function insertUsers(db: Drizzle): Promise<string[]> {
  const passwordHash = await hashPassword(PASSWORD)
  const values = authors.map(({ name, bio }) => ({ username: name, email: emailOf(name), bio }))
  const people = await db.insert(users).values(values).returning({ id: users.id })
  await db.insert(authTables.authCredentials).values(people.map(({ id: userId }) => ({ userId, passwordHash })))
  return people.map(({ id }) => id)
}

/** Each follows the two after them. */
async function insertFollows(db: Drizzle, person: Circle): Promise<void> {
  const pairs = authors.flatMap((_, index) => [1, 2].map((step) => [person(index), person(index + step)] as const))
  await db.insert(follows).values(pairs.map(([followerId, followedId]) => ({ followerId, followedId })))
}

async function insertArticles(db: Drizzle, person: Circle): Promise<number[]> {
  const values = posts.map(({ title, description, body }, index) => {
    const times = { createdAt: timeOf(index), updatedAt: timeOf(index) }
    return { title, description, body, ...times, slug: slugOf(title), authorId: person(index) }
  })
  const rows = await db.insert(articles).values(values).returning({ id: articles.id })
  const tags = rows.flatMap(({ id: articleId }, index) =>
    posts[index]!.tags.map((name, position) => ({ articleId, name, position })),
  )
  await db.insert(articleTags).values(tags)
  return rows.map(({ id }) => id)
}

/** One to five of those after the author. */
async function insertFavorites(db: Drizzle, written: readonly number[], person: Circle): Promise<void> {
  const values = written.flatMap((articleId, index) =>
    Array.from({ length: 1 + ((index * 3) % 5) }, (_, fan) => ({ articleId, userId: person(index + 1 + fan) })),
  )
  await db.insert(favorites).values(values)
}

/** None to three, an hour apart. */
async function insertComments(db: Drizzle, written: readonly number[], person: Circle): Promise<void> {
  const values = written.flatMap((articleId, index) =>
    Array.from({ length: index % 4 }, (_, number) => {
      const time = timeOf(index, number + 1)
      const body = remarks[(index + number) % remarks.length]!
      return { articleId, body, authorId: person(index + number + 1), createdAt: time, updatedAt: time }
    }),
  )
  await db.insert(comments).values(values)
}

function timeOf(article: number, hoursLater = 0): string {
  return new Date(FIRST_ARTICLE_MS + (article * 7 + hoursLater) * HOUR_MS).toISOString()
}

function emailOf(name: string): string {
  return `${name}@example.com`
}
