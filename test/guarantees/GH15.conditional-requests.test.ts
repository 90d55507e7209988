import { bytes, createApp, raw, reply, route, router, text } from 'ashlar'
import { anyone } from 'ashlar/access'
import { client } from 'ashlar/client'
import { database, id, resource, softDeletion, version } from 'ashlar/data'
import { testApp } from 'ashlar/testing'
import { relations, sql } from 'drizzle-orm'
import { integer, pgTable, text as textColumn, uuid } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { get, rawExchange } from './raw.ts'

const counters = pgTable('counters', {
  id: id(),
  value: integer().notNull().default(0),
  ...softDeletion(),
  ...version(),
})
const ticks = pgTable('ticks', { id: id(), counterId: uuid('counter_id').notNull(), note: textColumn() })
const countersRelations = relations(counters, ({ many }) => ({ ticks: many(ticks) }))
const ticksRelations = relations(ticks, ({ one }) => ({
  counter: one(counters, { fields: [ticks.counterId], references: [counters.id] }),
}))
const db = database({ schema: { counters, ticks, countersRelations, ticksRelations } })

const tickApi = resource(ticks, { database: db, access: anyone })
const options = { database: db, access: { read: anyone, create: anyone, update: anyone, delete: anyone } } as const
let closed = 0
const stream = (): ReadableStream<Uint8Array> => new ReadableStream({ cancel: () => void (closed += 1) })
const api = router('', {
  ticks: tickApi,
  counters: resource(counters, {
    ...options,
    version: true,
    put: true,
    softDelete: true,
    list: { include: { ticks: { of: tickApi } } },
  }),
  strict: resource(counters, { ...options, path: '/strict', name: 'StrictCounter', version: 'required', put: true }),
  tagged: route.get('/tagged', { access: anyone, response: text }, ({ response }) => {
    response.header('etag', 'W/"a,b"')
    response.header('cache-control', 'private, max-age=5')
    response.header('vary', 'accept-language')
    response.header('content-language', 'en')
    response.cookie('seen', '1')
    return 'Hello'
  }),
  replied: route.get('/replied', { access: anyone, response: bytes() }, () =>
    reply(200, Buffer.from('x'), { etag: '"r"' }),
  ),
  untagged: route.get('/untagged', { access: anyone, response: text }, () => 'Hello'),
  streamed: route.get(
    '/streamed',
    { access: anyone, response: raw },
    () => new Response(stream(), { headers: { etag: '"s"' } }),
  ),
  created: route.get('/created', { access: anyone, response: { 201: text } }, () => reply(201, 'x', { etag: '"c"' })),
  posted: route.post('/posted', { access: anyone, response: text }, ({ response }) => {
    response.header('etag', '"p"')
    return 'done'
  }),
})
const app = createApp({ title: 'Counters', version: '1', database: db, api })
const t = await testApp(app)
let port = 0
let url = ''

beforeAll(async () => {
  await t.run({ drizzle: db.drizzle }, ({ drizzle }) =>
    drizzle.execute(sql`
      create table counters (id uuid primary key, value int not null default 0, deleted_at timestamptz, version int not null default 1);
      create table ticks (id uuid primary key, counter_id uuid not null, note text)`),
  )
  port = (await t.listen()).port
  url = `http://localhost:${port}`
})
afterAll(() => t.stop())

const newCounter = async (): Promise<string> => (await t.client.counters.create({ body: {} })).id

async function change(path: string, method: string, ifMatch?: string, body?: object): Promise<Response> {
  return fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(ifMatch !== undefined && { 'if-match': ifMatch }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

describe('no update is lost', () => {
  /** Reads, adds one and writes, until it was the first to write what it had read. */
  async function increment(path: string): Promise<number> {
    for (let refusals = 0; ; refusals += 1) {
      const read = await fetch(`${url}${path}`)
      const { value } = (await read.json()) as { value: number }
      const written = await change(path, 'PATCH', read.headers.get('etag') ?? '', { value: value + 1 })
      await written.text()
      if (written.status === 200) return refusals
      expect(written.status).toBe(412)
    }
  }

  test.each(['/counters', '/strict'])('by 50 clients that read, add one and write at once, at %s', async (path) => {
    const counter = await newCounter()
    const refusals = await Promise.all(Array.from({ length: 50 }, () => increment(`${path}/${counter}`)))
    expect(await t.client.counters.read({ params: { id: counter } })).toMatchObject({ value: 50, version: 51 })
    // Otherwise they went one after the other, and showed nothing.
    expect(refusals.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(0)
  })

  test('and is where nobody says what was read: the guard is the header', async () => {
    const counter = await newCounter()
    const written = await Promise.all(
      Array.from({ length: 5 }, () => change(`/counters/${counter}`, 'PATCH', undefined, { value: 1 })),
    )
    expect(written.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(await t.client.counters.read({ params: { id: counter } })).toMatchObject({ value: 1, version: 6 })
  })
})

const CHANGES = [
  ['PATCH', { value: 7 }, 200],
  ['PUT', { value: 7 }, 200],
  ['DELETE', undefined, 204],
] as const

describe.each(CHANGES)('If-Match with %s', (method, body, done) => {
  test.each([
    ['the version', '"1"', done],
    ['a list with the version', '"7", "1"', done],
    ['a list with empty members', ',"7",, "1",', done],
    ['the version as a compressed answer tells it', '"1;zstd"', done],
    ['another version of a compressed answer', '"2;br"', 412],
    ['any', '*', done],
    ['none', undefined, done],
    ['another version', '"2"', 412],
    ['a list without the version', '"2", "3"', 412],
    ['the version as a weak tag, which never matches', 'W/"1"', 412],
    ['a weak tag and the version', 'W/"1", "1"', done],
    ['the version written in another way', '"01"', 412],
    ['a tag of somebody else', '"x-1"', 412],
    ['an empty tag', '""', 412],
    ['a version larger than any', `"${'9'.repeat(19)}"`, 412],
    ['a tag with quotes left out', '1', 400],
    ['a tag that does not end', '"1', 400],
    ['any among others', '"1", *', 400],
  ] as const)('%s', async (_, ifMatch, status) => {
    const counter = await newCounter()
    const response = await change(`/counters/${counter}`, method, ifMatch, body)
    expect(response.status).toBe(status)
    if (status === 412) expect(await response.json()).toMatchObject({ code: 'precondition_failed' })
    if (status === 200) expect(response.headers.get('etag')).toBe('"2"')
    const { status: after } = await fetch(`${url}/counters/${counter}`)
    expect(after).toBe(status === 204 ? 404 : 200)
  })

  test.each([
    ['none', undefined, 428],
    ['any, which says nothing', '*', 428],
    ['another version', '"2"', 412],
    ['the version', '"1"', done],
  ] as const)('%s, where a version is required', async (_, ifMatch, status) => {
    const counter = await newCounter()
    expect((await change(`/strict/${counter}`, method, ifMatch, body)).status).toBe(status)
  })

  test('a row that is not there is 404, whatever its version would be', async () => {
    const nowhere = '/counters/019a0000-0000-7000-8000-000000000000'
    for (const ifMatch of ['"1"', 'W/"1"', '"x"', '*'])
      expect((await change(nowhere, method, ifMatch, body)).status, ifMatch).toBe(404)
  })
})

describe('If-None-Match', () => {
  test.each([
    ['the tag', '"r"', 304],
    ['the tag as a weak one', 'W/"r"', 304],
    ['a list with it', '"a", W/"r"', 304],
    ['any', '*', 304],
    ['another', '"a"', 200],
    ['one that differs in case', '"R"', 200],
    ['no tags at all', 'r', 200],
    ['nothing', undefined, 200],
  ] as const)('%s', async (_, tags, status) => {
    for (const method of ['GET', 'HEAD']) {
      const headers: Record<string, string> = tags === undefined ? {} : { 'if-none-match': tags }
      const { statuses, body, text: whole } = await rawExchange(port, get('/replied', headers, method))
      expect(statuses).toEqual([status])
      expect(body).toBe(status === 200 && method === 'GET' ? 'x' : '')
      expect(whole).toMatch(/^etag: "r"\r$/im)
    }
  })

  test('a 304 keeps what caches and browsers go by, and says nothing of a body', async () => {
    const { statuses, text: whole } = await rawExchange(port, get('/tagged', { 'if-none-match': '"a,b"' }))
    expect(statuses).toEqual([304])
    for (const line of ['etag: W/"a,b"', 'cache-control: private, max-age=5', 'vary: accept-language'])
      expect(whole.toLowerCase()).toContain(`${line.toLowerCase()}\r\n`)
    expect(whole).toMatch(/^set-cookie: seen=1/im)
    expect(whole).toMatch(/^x-request-id: /im)
    expect(whole).not.toMatch(/^content-(?:type|length|language):/im)
  })

  test.each([
    ['an answer without a tag', 'GET', '/untagged', 200],
    ['another status than 200', 'GET', '/created', 201],
    ['another method than GET and HEAD', 'POST', '/posted', 200],
  ])('%s is sent', async (_, method, path, status) => {
    const response = await fetch(`${url}${path}`, { method, headers: { 'if-none-match': '*' } })
    expect([response.status, (await response.text()).length > 0]).toEqual([status, true])
  })

  test('a stream that is not sent is ended', async () => {
    const { statuses } = await rawExchange(port, get('/streamed', { 'if-none-match': '"s"' }))
    expect([statuses, closed]).toEqual([[304], 1])
  })

  test('in process it is the same', async () => {
    const response = await t.fetch('/replied', { headers: { 'if-none-match': '"r"' } })
    expect([response.status, await response.text(), response.headers.get('etag')]).toEqual([304, '', '"r"'])
  })

  test('a row that has not changed is 304, and one that has is sent', async () => {
    const counter = await newCounter()
    const path = `/counters/${counter}`
    const read = await fetch(`${url}${path}`)
    const known = { headers: { 'if-none-match': read.headers.get('etag') ?? '' } }
    expect((await fetch(`${url}${path}`, known)).status).toBe(304)
    await change(path, 'PATCH', '"1"', { value: 2 })
    expect(await (await fetch(`${url}${path}`, known)).json()).toMatchObject({ value: 2 })
  })

  test('a row with relations that have changed is sent, and its tag names its version', async () => {
    const counter = await newCounter()
    const path = `/counters/${counter}?include=ticks`
    const read = await fetch(`${url}${path}`)
    const etag = read.headers.get('etag') ?? ''
    const known = { headers: { 'if-none-match': etag } }
    expect((await fetch(`${url}${path}`, known)).status).toBe(304)
    await t.client.ticks.create({ body: { counterId: counter, note: 'x' } })
    const again = await fetch(`${url}${path}`, known)
    expect(await again.json()).toMatchObject({ ticks: [{ note: 'x' }] })
    expect((await change(`/counters/${counter}`, 'PATCH', etag, { value: 3 })).status).toBe(200)
    expect((await change(`/counters/${counter}`, 'PATCH', etag, { value: 4 })).status).toBe(412)
  })

  test('chosen fields carry the version, also without its column', async () => {
    const counter = await newCounter()
    const chosen = await fetch(`${url}/counters/${counter}?fields=value`)
    expect([await chosen.json(), chosen.headers.get('etag')]).toEqual([{ value: 0 }, '"1"'])
  })
})

test('the typed client reads the tag of an answer, and sends it with a change', async () => {
  const remote = client<typeof app.api>(url)
  const created = await remote.counters.create.safe({ body: {} })
  if (!created.ok) throw created.error
  const { id: counter } = created.data
  const ifMatch = created.response.headers.get('etag') as string
  const changed = await remote.counters.update.safe({
    params: { id: counter },
    body: { value: 5 },
    headers: { 'if-match': ifMatch },
  })
  expect(changed).toMatchObject({ ok: true, data: { value: 5 } })
  await expect(
    remote.counters.delete({ params: { id: counter }, headers: { 'if-match': ifMatch } }),
  ).rejects.toMatchObject({ code: 'precondition_failed', status: 412 })
  const restored = await remote.counters.delete
    .safe({ params: { id: counter } })
    .then(() => remote.counters.restore.safe({ params: { id: counter } }))
  expect(restored.ok && restored.response.headers.get('etag')).toBe('"4"')
})

test('the document says of versions what the server does', () => {
  const { paths } = app.openapi() as unknown as { paths: Record<string, Record<string, never>> }
  const row = paths['/counters/{id}'] as Record<string, { parameters: unknown; responses: object }>
  expect(row['get']).toMatchObject({ responses: { 200: { headers: { etag: {} } }, 304: { headers: { etag: {} } } } })
  expect(row['get']?.parameters).toContainEqual(expect.objectContaining({ name: 'if-none-match', in: 'header' }))
  for (const method of ['patch', 'put', 'delete']) {
    expect(row[method]?.parameters).toContainEqual(expect.objectContaining({ name: 'if-match', in: 'header' }))
    expect(row[method]).toMatchObject({ responses: { 412: {}, 428: {} } })
  }
  for (const method of ['patch', 'put'])
    expect(row[method]).toMatchObject({ responses: { 200: { headers: { etag: {} } } } })
})
