// What the Fastify peers share: schemas for Ajv, and the cursor, which is opaque as everywhere: base64url of the last row's position.
import Fastify from 'fastify'

export function encodeCursor(createdAt, id) {
  return Buffer.from(JSON.stringify([createdAt, id])).toString('base64url')
}

/** Undefined for what is not a cursor. */
export function decodeCursor(cursor) {
  try {
    const [createdAt, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Number.isNaN(Date.parse(createdAt)) || typeof id !== 'string' ? undefined : { createdAt, id }
  } catch {
    return undefined
  }
}

const uuid = { type: 'string', format: 'uuid' }
const time = { type: 'string', format: 'date-time' }
const object = (properties, optional = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((key) => !optional.includes(key)),
  additionalProperties: false,
})

export const ListQuery = object(
  {
    ownerId: uuid,
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    cursor: { type: 'string', maxLength: 500 },
    include: { type: 'string', enum: ['owner,tags'] },
  },
  ['limit', 'cursor', 'include'],
)
export const ItemParams = object({ id: uuid })

const fields = {
  ownerId: uuid,
  title: { type: 'string', minLength: 1, maxLength: 200 },
  notes: { type: ['string', 'null'], maxLength: 5000 },
  status: { type: 'string', enum: ['open', 'active', 'blocked', 'closed'] },
  done: { type: 'boolean' },
  priority: { type: 'integer', minimum: 0, maximum: 100 },
  price: { type: 'string', pattern: '^\\d{1,10}(\\.\\d{1,2})?$' },
  dueAt: { ...time, type: ['string', 'null'] },
  meta: { type: 'object', additionalProperties: true },
}
export const NewItem = object(fields, ['notes', 'dueAt'])

/** For fast-json-stringify, where a server uses it. The related rows are there only in a nested list. */
const item = { id: uuid, ...fields, createdAt: time, updatedAt: time }
const text = { type: 'string' }
const related = {
  owner: object({ id: uuid, name: text, email: text }),
  tags: { type: 'array', items: object({ id: uuid, name: text }) },
}
export const Item = object(item)
export const ItemList = object({
  items: { type: 'array', items: object({ ...item, ...related }, ['owner', 'tags']) },
  next: { type: ['string', 'null'] },
})

export function createServer() {
  return Fastify({ logger: false, bodyLimit: 1024 * 1024, ajv: { customOptions: { removeAdditional: false } } })
}

export function listen(app) {
  return app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
}
