// Fastify + node-postgres without an ORM, as an expert writes it: named statements, columns named as in the answer, times turned
// into ISO text without Date objects, one JSON.stringify.
import { randomUUIDv7 } from 'node:crypto'
import pg from 'pg'
import { createServer, decodeCursor, encodeCursor, ItemParams, listen, ListQuery, NewItem } from './shared.mjs'

const TIMESTAMPTZ = 1184
// The sessions run in UTC, so every time ends in +00.
pg.types.setTypeParser(TIMESTAMPTZ, (text) => `${text.slice(0, 10)}T${text.slice(11, -3)}Z`)
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10, options: '-c timezone=UTC' })

const COLUMNS = `i.id, i.owner_id as "ownerId", i.title, i.notes, i.status, i.done, i.priority, i.price, i.due_at as "dueAt", i.meta,
  i.created_at as "createdAt", i.updated_at as "updatedAt"`
// One statement: Postgres puts the related rows together, which costs less than a second statement and a join in JavaScript.
const RELATED = `json_build_object('id', o.id, 'name', o.name, 'email', o.email) as owner,
  (select coalesce(json_agg(json_build_object('id', t.id, 'name', t.name)), '[]')
    from item_tags it join tags t on t.id = it.tag_id where it.item_id = i.id) as tags`
const AFTER = 'and (i.created_at, i.id) < ($3, $4)'
const ORDER = 'order by i.created_at desc, i.id desc limit $2'
const statement = (name, text) => (values) => pool.query({ name, text, values })

const plain = `select ${COLUMNS} from items i where i.owner_id = $1`
const joined = `select ${COLUMNS}, ${RELATED} from items i join owners o on o.id = i.owner_id where i.owner_id = $1`
const lists = {
  first: statement('list_first', `${plain} ${ORDER}`),
  after: statement('list_after', `${plain} ${AFTER} ${ORDER}`),
}
const nestedLists = {
  first: statement('nested_first', `${joined} ${ORDER}`),
  after: statement('nested_after', `${joined} ${AFTER} ${ORDER}`),
}
const byId = statement('by_id', `select ${COLUMNS} from items i where i.id = $1`)
const INSERT = {
  name: 'insert_item',
  text: `insert into items as i (id, owner_id, title, notes, status, done, priority, price, due_at, meta)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning ${COLUMNS}`,
}
const COUNT = { name: 'count_item', text: 'update owners set item_count = item_count + 1 where id = $1' }

const app = createServer()

app.get('/items', { schema: { querystring: ListQuery } }, async (request, reply) => {
  const { ownerId, limit, cursor, include } = request.query
  const position = cursor === undefined ? undefined : decodeCursor(cursor)
  if (cursor !== undefined && position === undefined) return reply.code(400).send({ error: 'cursor' })
  const of = include === undefined ? lists : nestedLists
  const { rows } = await (position === undefined
    ? of.first([ownerId, limit + 1])
    : of.after([ownerId, limit + 1, position.createdAt, position.id]))
  const hasMore = rows.length > limit
  if (hasMore) rows.pop()
  const last = rows.at(-1)
  return {
    items: rows,
    next: hasMore ? encodeCursor(last.createdAt, last.id) : null,
  }
})

app.get('/items/:id', { schema: { params: ItemParams } }, async (request, reply) => {
  const { rows } = await byId([request.params.id])
  return rows[0] ?? reply.code(404).send({ error: 'not found' })
})

const insertOf = ({ ownerId, title, notes, status, done, priority, price, dueAt, meta }) => ({
  ...INSERT,
  values: [randomUUIDv7(), ownerId, title, notes, status, done, priority, price, dueAt, meta],
})

app.post('/items', { schema: { body: NewItem } }, async (request, reply) => {
  const { rows } = await pool.query(insertOf(request.body))
  reply.code(201)
  return rows[0]
})

app.post('/items-in-tx', { schema: { body: NewItem } }, async (request, reply) => {
  const item = await inTransaction(async (client) => (await client.query(insertOf(request.body))).rows[0])
  reply.code(201)
  return item
})

app.post('/counted-items', { schema: { body: NewItem } }, async (request, reply) => {
  const item = await inTransaction(async (client) => {
    const { rows } = await client.query(insertOf(request.body))
    await client.query({ ...COUNT, values: [request.body.ownerId] })
    return rows[0]
  })
  reply.code(201)
  return item
})

async function inTransaction(work) {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

await listen(app)
