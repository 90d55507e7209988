import { createApp, dependency, route, router } from 'ashlar'
import { anyOf, anyone, authenticated, owner, permission, role, rule } from 'ashlar/access'
import { bearer } from 'ashlar/auth'
import { auditTrail, database, repository, resource, type Repository } from 'ashlar/data'
import { testApp, type TestCaller } from 'ashlar/testing'
import { relations, sql } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'

const teams = pgTable('teams', { id: integer().primaryKey(), name: text().notNull() })
const people = pgTable('people', {
  id: integer().primaryKey(),
  name: text().notNull(),
  salary: integer().notNull().default(0),
  notes: text(),
  grade: text(),
  teamId: integer('team_id'),
})
const peopleRelations = relations(people, ({ one }) => ({
  team: one(teams, { fields: [people.teamId], references: [teams.id] }),
}))
const teamRelations = relations(teams, ({ many }) => ({ people: many(people) }))
const schema = { teams, people, peopleRelations, teamRelations, auditTrail }
const db = database({ schema })

const hr = role('hr')
const personApi = resource(people, {
  database: db,
  name: 'Person',
  access: { read: anyone, create: authenticated, update: authenticated, delete: authenticated, audit: authenticated },
  fields: {
    salary: hr,
    notes: { read: anyOf(hr, permission('notes:read')) },
    grade: { write: hr },
  },
  audit: true,
  put: true,
  bulk: { create: true, update: true },
  list: {
    filter: ['name', 'salary', 'notes'],
    sort: ['name', 'salary', 'notes'],
    defaultSort: ['-salary'],
    search: ['name', 'notes'],
    count: ['exact', 'estimated'],
  },
})
const teamApi = resource(teams, {
  database: db,
  access: anyone,
  list: { filter: ['people.name', 'people.salary'], include: { people: { of: personApi, sort: ['-salary'] } } },
})

const stored = repository(personApi)
const questions = dependency({ uses: { stored } }, (uses) => uses.stored)
let ask: (rows: Repository<typeof people>) => Promise<unknown>
const code = route.post('/code', { access: anyone, uses: { questions }, response: z.unknown() }, (uses) =>
  ask(uses.questions),
)

const app = createApp({
  title: 'Payroll',
  version: '1',
  database: db,
  auth: [bearer({ verify: () => undefined })],
  api: router('', { people: personApi, teams: teamApi, code }),
})
const t = await testApp(app)
const SECRET = 'zebra-7f3a'

await t.run({ drizzle: db.drizzle }, async ({ drizzle }) => {
  await drizzle.execute(sql`create table teams (id int primary key, name text not null)`)
  await drizzle.execute(
    sql`create table people (id int primary key, name text not null, salary int not null default 0, notes text, grade text, team_id int)`,
  )
  await drizzle.execute(sql`create table ashlar_audit (
    id bigint generated always as identity primary key, at timestamptz not null default now(), actor text, action text not null,
    table_name text not null, row_key jsonb, request_id text, operation text, reason text, before jsonb, after jsonb
  )`)
})
beforeEach(async () => {
  await t.run({ drizzle: db.drizzle }, async ({ drizzle }) => {
    await drizzle.delete(people)
    await drizzle.delete(teams)
    await drizzle.insert(teams).values({ id: 1, name: 'One' })
    await drizzle.insert(people).values([
      { id: 1, name: 'Ada', salary: 300, notes: SECRET, grade: 'A', teamId: 1 },
      { id: 2, name: 'Bob', salary: 900, notes: null, grade: 'B', teamId: 1 },
      { id: 3, name: 'Cy', salary: 100, notes: 'none', grade: 'C', teamId: 1 },
    ])
  })
})
afterAll(() => t.stop())

const ada: TestCaller = { id: 'ada' }
const hrAda: TestCaller = { id: 'hr-ada', roles: ['hr'] }
const reader: TestCaller = { id: 'reader', permissions: ['notes:read'] }

async function get(path: string, as?: TestCaller): Promise<{ status: number; text: string; body: never }> {
  const answer = await t.fetch(path, as === undefined ? {} : { as })
  const body = await answer.text()
  return { status: answer.status, text: body, body: JSON.parse(body) as never }
}

const keysOf = (row: object): readonly string[] => Object.keys(row).sort()
const OPEN = ['grade', 'id', 'name', 'teamId']
const ALL = ['grade', 'id', 'name', 'notes', 'salary', 'teamId']

describe('who may not read a column', () => {
  test.each([undefined, ada])('has the row without it, in every answer (%j)', async (as) => {
    const list = await get('/people', as)
    expect((list.body as { items: object[] }).items.map(keysOf)).toEqual([OPEN, OPEN, OPEN])
    expect(keysOf((await get('/people/1', as)).body)).toEqual(OPEN)
    expect(keysOf((await get('/people/1?fields=id,name', as)).body)).toEqual(['id', 'name'])
    for (const path of ['/teams?include=people', '/teams/1?include=people'])
      expect((await get(path, as)).text).not.toMatch(/salary|notes|zebra/)
  })

  test('has it not in the answers to changes, single or many', async () => {
    const client = t.as(ada).people
    expect(keysOf(await client.create({ body: { id: 7, name: 'Di' } }))).toEqual(OPEN)
    expect(keysOf(await client.update({ params: { id: 1 }, body: { name: 'A.' } }))).toEqual(OPEN)
    expect(keysOf(await client.replace({ params: { id: 1 }, body: { name: 'A.' } }))).toEqual(OPEN)
    const made = await client.createMany({ body: { items: [{ id: 8, name: 'Ed' }] } })
    const changed = await client.updateMany({ body: { items: [{ id: 1, name: 'B.' }] } })
    expect([...made.items, ...changed.items].map(keysOf)).toEqual([OPEN, OPEN])
  })

  test('has it in no history, nor that it has changed', async () => {
    await t.as(hrAda).people.update({ params: { id: 1 }, body: { salary: 301, notes: 'changed' } })
    const { text } = await get('/people/1/history', ada)
    expect(text).toContain('"before":{')
    expect(text).not.toMatch(/salary|notes|zebra|:301[,}]/)
    expect((await get('/people/1/history', hrAda)).text).toMatch(/"salary":301/)
  })

  test.each([
    ['salary=300', 'salary'],
    ['salary[gt]=1', 'salary[gt]'],
    ['notes[startsWith]=z', 'notes[startsWith]'],
    ['notes[isNull]=true', 'notes[isNull]'],
    ['name=Ada&salary[in]=300', 'salary[in]'],
    ['salary=300&count=exact&limit=1', 'salary'],
  ])('cannot filter by it: ?%s', async (query, parameter) => {
    const { status, body, text } = await get(`/people?${query}`, ada)
    expect(status).toBe(400)
    const { data } = body as { data: { problems: { parameter: string; allowed: string[] }[] } }
    expect(data.problems).toHaveLength(1)
    expect(data.problems[0]?.parameter).toBe(parameter)
    expect(data.problems[0]?.allowed).toContain('name[contains]')
    expect(data.problems[0]?.allowed.join()).not.toMatch(/salary|notes/)
    expect(text).not.toContain('zebra')
    expect((await get(`/people?${query}`, hrAda)).status).toBe(200)
  })

  test.each([
    ['/people?sort=salary', 'sort', 'salary'],
    ['/people?sort=name,-notes', 'sort', '-notes'],
    ['/people?sort=notes.nullsLast', 'sort', 'notes.nullsLast'],
    ['/people?fields=id,salary', 'fields', 'salary'],
    ['/people/1?fields=salary', 'fields', 'salary'],
  ])('cannot sort by it or choose it: %s', async (path, parameter, value) => {
    const { status, body } = await get(path, ada)
    expect(status).toBe(400)
    const { data } = body as { data: { problems: { allowed: string[] }[] } }
    expect(data.problems).toMatchObject([{ parameter, value }])
    expect(data.problems[0]?.allowed.join()).not.toMatch(/salary|notes/)
    expect((await get(path, hrAda)).status).not.toBe(400)
  })

  test('cannot find it by a search, by the default order, or by a related row', async () => {
    const found = async (path: string, as: TestCaller): Promise<unknown[]> =>
      ((await get(path, as)).body as { items: { id: number }[] }).items.map(({ id }) => id)
    expect(await found(`/people?search=${SECRET}`, ada)).toEqual([])
    expect(await found(`/people?search=${SECRET}`, reader)).toEqual([1])
    expect(await found('/people?search=ada', ada)).toEqual([1])
    expect(await found('/people', ada)).toEqual([1, 2, 3])
    expect(await found('/people', hrAda)).toEqual([2, 1, 3])
    expect((await get('/teams?people.salary[gt]=800', ada)).status).toBe(400)
    expect(await found('/teams?people.salary[gt]=800', hrAda)).toEqual([1])
    const included = async (as: TestCaller): Promise<unknown[]> =>
      ((await get('/teams/1?include=people', as)).body as { people: { id: number }[] }).people.map(({ id }) => id)
    expect(await included(ada)).toEqual([1, 2, 3])
    expect(await included(hrAda)).toEqual([2, 1, 3])
  })

  test('cannot go on from a cursor of who may, which holds it', async () => {
    const { next } = (await get('/people?limit=1', hrAda)).body as { next: string }
    expect((await get(`/people?limit=1&cursor=${next}`, hrAda)).status).toBe(200)
    expect((await get(`/people?limit=1&cursor=${next}`, ada)).status).toBe(400)
  })

  test('has no words of it in its own pages', async () => {
    let path = '/people?limit=1&count=estimated'
    const seen: string[] = []
    for (let page = 0; page < 3; page += 1) {
      const { text, body } = await get(path, ada)
      const { next } = body as { next: string | null }
      seen.push(text, Buffer.from(next ?? '', 'base64url').toString('latin1'))
      path = `/people?limit=1&cursor=${next}`
    }
    expect(seen.join()).not.toMatch(/300|900|zebra/)
  })
})

test('who may has all of it, and of each column by its own rule', async () => {
  expect(keysOf((await get('/people/1', hrAda)).body)).toEqual(ALL)
  expect(keysOf((await get('/people/1', reader)).body)).toEqual(['grade', 'id', 'name', 'notes', 'teamId'])
  expect((await get('/people?salary[gt]=800&sort=-salary', reader)).status).toBe(400)
  expect((await get('/people?notes[contains]=zebra', reader)).status).toBe(200)
  expect((await get('/teams/1?include=people', hrAda)).text).toContain(SECRET)
})

describe('who may not write a column', () => {
  const rows = (): Promise<unknown[]> =>
    t.run({ drizzle: db.drizzle }, ({ drizzle }) => drizzle.select().from(people).orderBy(people.id)) as Promise<
      unknown[]
    >

  test.each([
    ['POST', '/people', { id: 9, name: 'X', salary: 1 }, 'salary'],
    ['PATCH', '/people/1', { name: 'X', grade: 'A' }, 'grade'],
    ['PATCH', '/people/1', { notes: null }, 'notes'],
    ['PUT', '/people/1', { name: 'X', salary: 5 }, 'salary'],
    [
      'POST',
      '/people/bulk',
      {
        items: [
          { id: 9, name: 'X' },
          { id: 10, name: 'Y', grade: 'A' },
        ],
      },
      'items.1.grade',
    ],
    ['PATCH', '/people/bulk', { items: [{ id: 1, salary: 1 }] }, 'items.0.salary'],
  ] as const)('is refused by name, and nothing changes: %s %s %j', async (method, path, json, field) => {
    const before = await rows()
    const answer = await t.fetch(path, { method, json, as: ada })
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain(`You may not write ${field}.`)
    expect(await rows()).toEqual(before)
    expect((await t.fetch(path, { method, json, as: hrAda })).status).toBeLessThan(300)
  })

  test('keeps what is there where the row is replaced', async () => {
    await t.as(ada).people.replace({ params: { id: 1 }, body: { name: 'New', teamId: 1 } })
    expect((await rows())[0]).toEqual({ id: 1, name: 'New', salary: 300, notes: SECRET, grade: 'A', teamId: 1 })
    await t.as(hrAda).people.replace({ params: { id: 1 }, body: { name: 'New', teamId: 1 } })
    expect((await rows())[0]).toEqual({ id: 1, name: 'New', salary: 0, notes: null, grade: null, teamId: 1 })
  })
})

describe('a repository of the resource, in the scope of its caller', () => {
  const run = async (as: TestCaller, work: typeof ask): Promise<unknown> => {
    ask = work
    const answer = await t.fetch('/code', { method: 'POST', as })
    return answer.ok ? await answer.json() : answer.status
  }

  test('gives rows without it', async () => {
    const open = { id: 1, name: 'Ada', grade: 'A', teamId: 1 }
    expect(await run(ada, (all) => all.get(1))).toEqual(open)
    expect(await run(ada, async (all) => (await all.list({ filter: { id: 1 } })).items)).toEqual([open])
    expect(await run(ada, (all) => all.update(1, { name: 'Ada' }))).toEqual(open)
    expect(await run(ada, (all) => all.lock(1))).toEqual(open)
    expect(await run(ada, (all) => all.delete(1))).toEqual(open)
    expect(await run(ada, (all) => all.insert({ id: 1, name: 'Ada' }))).toEqual({ ...open, grade: null, teamId: null })
    expect(await run(ada, (all) => all.upsert({ id: 1, name: 'Ada' }, { on: ['id'] }))).not.toHaveProperty('salary')
    expect(await run(hrAda, (all) => all.get(2))).toMatchObject({ salary: 900 })
  })

  test('streams and exports rows without it', async () => {
    const streamed = (as: TestCaller): Promise<unknown> =>
      run(as, async (all) => {
        const found: unknown[] = []
        for await (const row of all.stream()) found.push(row)
        return [...found, await new Response(all.jsonLines()).text()]
      })
    expect(JSON.stringify(await streamed(ada))).not.toMatch(/salary|notes|zebra/)
    expect(JSON.stringify(await streamed(hrAda))).toContain(SECRET)
  })

  test.each([
    ['a filter', (all) => all.list({ filter: { salary: { gt: 1 } } })],
    ['an order', (all) => all.list({ sort: ['-salary'] })],
    ['a choice', (all) => all.list({ fields: ['salary'] })],
    ['a number', (all) => all.count({ filter: { notes: SECRET } })],
    ['a stream', (all) => Array.fromAsync(all.stream({ sort: ['notes'] }))],
    ['an export', async (all) => new Response(all.jsonLines({ filter: { salary: 300 } })).text()],
    ['a new row', (all) => all.insert({ id: 9, name: 'X', salary: 1 })],
    ['many new rows', (all) => all.insertMany([{ id: 9, name: 'X', grade: 'A' }])],
    ['a change', (all) => all.update(1, { grade: 'A' })],
    ['an upsert', (all) => all.upsert({ id: 1, name: 'X', notes: 'x' }, { on: ['id'] })],
    ['a guess', (all) => all.upsert({ id: 1, name: 'X' }, { on: ['notes'] })],
  ] as const satisfies readonly (readonly [string, typeof ask])[])('refuses it in %s', async (_, work) => {
    expect(await run(ada, work)).toBe(403)
  })
})

test('the document says who reads and writes a column, and that it may be absent', () => {
  const document = JSON.stringify(app.openapi())
  const { components, paths } = JSON.parse(document) as {
    components: {
      schemas: Record<string, { required?: string[]; properties: Record<string, { description?: string }> }>
    }
    paths: Record<string, Record<string, { parameters: { name: string; description: string }[] }>>
  }
  const { Person, PersonChanges } = components.schemas
  expect(Person?.required).toEqual(['id', 'name', 'grade', 'teamId'])
  expect(Person?.properties['salary']?.description).toBe('Only for role(hr); absent for others.')
  expect(PersonChanges?.properties['grade']?.description).toBe('Written only by role(hr): 403 for others.')
  const described = (name: string): string | undefined =>
    paths['/people']?.['get']?.parameters.find((each) => each.name === name)?.description
  expect(described('salary[gt]')).toBe('Only rows whose salary is greater than this. Only for role(hr).')
  expect(described('sort')).toContain(
    'salary only for role(hr); notes only for anyOf(role(hr), permission(notes:read)).',
  )
  expect(described('fields')).toContain('salary only for role(hr)')
})

test.each([
  [{ salry: hr }, 'fields names the column "salry", which the table "people" does not have'],
  [{ id: hr }, 'fields names "id", by which rows are found'],
  [{ salary: { reed: hr } }, 'fields.salary is a rule, or { read, write } with a rule each; "reed" is neither'],
  [{ salary: {} }, 'fields.salary is a rule, or { read, write } with a rule each.'],
  [{ salary: owner('name') }, 'fields.salary holds the rule "owner(name)", which is about rows'],
  [
    {
      salary: {
        write: anyOf(
          hr,
          rule({ name: 'mine' }, () => true),
        ),
      },
    },
    'the rule "mine", which has code of its own',
  ],
])('a mistake is found where it is declared: %#', (fields, message) => {
  expect(() => resource(people, { database: db, access: anyone, fields: fields as never })).toThrow(message)
  expect(() => resource(people, { database: db, access: anyone, private: ['notes'], fields: { notes: hr } })).toThrow(
    'which is private',
  )
})
