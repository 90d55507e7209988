import { createApp, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { database, resource } from 'ashlar/data'
import { testApp } from 'ashlar/testing'
import { sql } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

const keys = pgTable('keys', { id: integer().primaryKey(), name: text().notNull(), secret: text().notNull() })
const db = database()
const list = { filter: ['name'], sort: ['name'], search: ['name'], count: ['exact'] } as const
const app = createApp({
  title: 'Keys',
  version: '1',
  database: db,
  api: router('', { keys: resource(keys, { database: db, access: anyone, private: ['secret'], list }) }),
})
const t = await testApp(app)
const SECRET = 'zebra-7f3a'

beforeAll(async () => {
  await t.run({ drizzle: db.drizzle }, async ({ drizzle }) => {
    await drizzle.execute(sql`create table keys (id int primary key, name text not null, secret text not null)`)
    await drizzle.insert(keys).values([
      { id: 1, name: 'first', secret: SECRET },
      { id: 2, name: 'second', secret: 'other' },
    ])
  })
})
afterAll(() => t.stop())

const OPERATORS = [
  'eq',
  'ne',
  'lt',
  'lte',
  'gt',
  'gte',
  'in',
  'contains',
  'startsWith',
  'has',
  'containsJson',
  'isNull',
]

test('a private column cannot be filtered by, sorted by, chosen or included, in any spelling: 400, and no word of it', async () => {
  const attempts = [
    ...OPERATORS.flatMap((operator) => [
      `secret[${operator}]=z`,
      `filter[secret][${operator}]=z`,
      `keys.secret[${operator}]=z`,
    ]),
    'secret=zebra-7f3a',
    'Secret=zebra-7f3a',
    'filter[keys.secret][startsWith]=z',
    ...['secret', '-secret', 'secret.nullsLast', 'name,secret', 'keys.secret', '"secret"'].map(
      (name) => `sort=${name}`,
    ),
    ...['secret', 'id,secret', '*', 'keys.secret'].map((name) => `fields=${name}`),
    'include=secret',
    'count=secret',
  ]
  for (const attempt of attempts) {
    const response = await t.fetch(`/keys?${attempt}`)
    const body = (await response.json()) as { code: string; data: { problems: { allowed: string[] }[] } }
    expect([response.status, body.code], attempt).toEqual([400, 'query_invalid'])
    expect(body.data.problems.flatMap(({ allowed }) => allowed).join(), attempt).not.toMatch(/secret/i)
    expect(JSON.stringify(body)).not.toContain(`"${SECRET}"`)
  }
})

test('a search does not find what stands in a private column, and no answer tells it', async () => {
  for (const search of ['zebra', 'zebra-7f3a', 'first or zebra'])
    expect((await t.client.keys.list({ query: { search } })).items.map(({ id }) => id)).toEqual(
      search.includes('first') ? [1] : [],
    )
  for (const path of ['/keys', '/keys?sort=-name&limit=1&count=exact', '/keys/1'])
    expect(await (await t.fetch(path)).text(), path).not.toMatch(/secret|zebra/)
})

test('what is private is in no schema of the document', () => {
  expect(JSON.stringify((app.openapi() as { paths: object }).paths)).not.toContain('secret')
})
