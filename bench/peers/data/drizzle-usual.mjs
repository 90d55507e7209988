// Fastify + Drizzle as its documentation teaches: queries built per request, the keyset as or(lt, and(eq, lt)), relational queries.
import { randomUUIDv7 } from 'node:crypto'
import { and, desc, eq, lt, or, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import * as schema from './drizzle-schema.mjs'
import { createServer, decodeCursor, encodeCursor, ItemParams, listen, ListQuery, NewItem } from './shared.mjs'

const { flattenTags, items, owners, withOwnerAndTags } = schema
const db = drizzle(process.env.DATABASE_URL, { schema })
const app = createServer()

function where(ownerId, position) {
  if (position === undefined) return eq(items.ownerId, ownerId)
  const createdAt = new Date(position.createdAt)
  const after = or(lt(items.createdAt, createdAt), and(eq(items.createdAt, createdAt), lt(items.id, position.id)))
  return and(eq(items.ownerId, ownerId), after)
}

async function find({ ownerId, limit, include }, position) {
  const orderBy = [desc(items.createdAt), desc(items.id)]
  if (include === undefined) {
    return db
      .select()
      .from(items)
      .where(where(ownerId, position))
      .orderBy(...orderBy)
      .limit(limit + 1)
  }
  const found = await db.query.items.findMany({
    where: where(ownerId, position),
    orderBy,
    limit: limit + 1,
    with: withOwnerAndTags,
  })
  return found.map(flattenTags)
}

app.get('/items', { schema: { querystring: ListQuery } }, async (request, reply) => {
  const { limit, cursor } = request.query
  const position = cursor === undefined ? undefined : decodeCursor(cursor)
  if (cursor !== undefined && position === undefined) return reply.code(400).send({ error: 'cursor' })
  const rows = await find(request.query, position)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { items: page, next: rows.length > limit ? encodeCursor(last.createdAt, last.id) : null }
})

app.get('/items/:id', { schema: { params: ItemParams } }, async (request, reply) => {
  const [item] = await db.select().from(items).where(eq(items.id, request.params.id))
  return item ?? reply.code(404).send({ error: 'not found' })
})

const values = (body) => ({ ...body, id: randomUUIDv7(), dueAt: body.dueAt ? new Date(body.dueAt) : null })

app.post('/items', { schema: { body: NewItem } }, async (request, reply) => {
  const [item] = await db.insert(items).values(values(request.body)).returning()
  reply.code(201)
  return item
})

app.post('/items-in-tx', { schema: { body: NewItem } }, async (request, reply) => {
  const [item] = await db.transaction((tx) => tx.insert(items).values(values(request.body)).returning())
  reply.code(201)
  return item
})

app.post('/counted-items', { schema: { body: NewItem } }, async (request, reply) => {
  const item = await db.transaction(async (tx) => {
    const [item] = await tx.insert(items).values(values(request.body)).returning()
    await tx
      .update(owners)
      .set({ itemCount: sql`${owners.itemCount} + 1` })
      .where(eq(owners.id, item.ownerId))
    return item
  })
  reply.code(201)
  return item
})

await listen(app)
