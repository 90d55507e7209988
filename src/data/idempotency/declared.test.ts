import { randomUUID } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createApp } from '../../app/create-app.ts'
import { anyone } from '../../core/access/index.ts'
import { raw } from '../../core/content.ts'
import { dependency } from '../../core/dependency.ts'
import { route } from '../../core/route.ts'
import { router, type Router } from '../../core/router.ts'
import { testApp } from '../../testing/index.ts'
import { database } from '../database.ts'
import { openWorkshop } from '../migrations/make.fixture.ts'
import { resource } from '../resource/resource.ts'
import { idempotencyKeys } from './idempotency-keys.ts'
import { openOrders, orders, schema } from './orders.fixture.ts'

const db = database({ schema })
const bare = database({ schema: { orders } })
const nothing = () => undefined
const app = (api: Router, of: typeof db | typeof bare = db) =>
  createApp({ title: 'T', version: '1', database: of, api })
const refusal = (api: Router, of?: typeof db | typeof bare): string => {
  try {
    app(api, of)
    return 'none'
  } catch (error) {
    return String(error)
  }
}

test('ashlar migrate make creates the table, and finds nothing to change then', async () => {
  const shop = await openWorkshop()
  const made = await shop.make({ idempotencyKeys })
  expect(shop.text(made.files)).toContain('CREATE TABLE ashlar_idempotency')
  expect((await shop.make({ idempotencyKeys })).files).toEqual([])
  await shop.end()
})

test('a schema without the table is a mistake that the start names, with what to write', () => {
  const write = route.post('/', { access: anyone, idempotent: true }, nothing)
  expect(refusal(router('/x', { write }), bare)).toMatch(
    /write: it has idempotent, and the schema[\s\S]*export \{ idempotencyKeys \}, and run ashlar migrate make/,
  )
})

test('what would not be saved together with its key is refused at start', () => {
  const writer = dependency({ uses: { db: db.drizzle } }, nothing)
  const options = { access: anyone, idempotent: true } as const
  const api = router('/x', {
    apart: route.post('/a', { ...options, uses: { writer } }, nothing),
    reading: route.post('/b', { ...options, uses: { tx: db.isolated({ readOnly: true }) } }, nothing),
    stream: route.post('/c', { ...options, response: raw }, () => new Response()),
    elsewhere: route.post('/e', { ...options, uses: { tx: database({ name: 'other' }).transaction } }, nothing),
    both: route.post('/d', { ...options, uses: { tx: db.transaction, db: db.drizzle } }, nothing),
  })
  const text = refusal(api)
  expect(text).toMatch(
    /apart: idempotent keeps its key in the operation's transaction, and the operation uses database.drizzle/,
  )
  expect(text).toMatch(/reading: .* which is read only/)
  expect(text).toMatch(/stream: it has idempotent and response: raw/)
  expect(text).toMatch(/elsewhere: .* writes in another one \(other.transaction\)/)
  expect(text).not.toMatch(/both/)
})

test('options that cannot be are refused', () => {
  const write = route.post('/', { access: anyone, idempotent: true }, nothing)
  const of = (idempotency: object): string => refusal(router('/x', { write }), database({ schema, idempotency }))
  expect(of({ keepHours: 23 })).toMatch(/answers are kept for 24 to 8760 hours/)
  expect(of({ answerBytes: -1 })).toMatch(/0 to 67108864 bytes/)
})

test('the document has the header, what it is answered with, and the errors', () => {
  const write = route.post('/', { access: anyone, idempotent: 'required' }, nothing)
  const { paths } = app(router('/x', { write })).openapi() as unknown as {
    paths: Record<string, Record<string, { parameters: object[]; responses: Record<string, { headers?: object }> }>>
  }
  const { parameters, responses } = paths['/x']!['post']!
  expect(parameters).toMatchObject([{ name: 'Idempotency-Key', in: 'header', required: true }])
  expect(Object.keys(responses)).toEqual(expect.arrayContaining(['204', '400', '409', '422']))
  expect(responses['204']!.headers).toHaveProperty('Idempotency-Replayed')
})

test('a resource creates once, and many once, in a transaction that it has for that; a router above makes all changes so', async () => {
  await using all = await openOrders()
  const of = { database: all.db, access: anyone } as const
  const api = router('', {
    own: resource(orders, { ...of, path: '/own', bulk: { create: true }, idempotent: 'required' }),
    above: router('/above', { idempotent: true }, { orders: resource(orders, of) }),
  })
  await using served = await all.serve(api, { auth: [] })
  const key = randomUUID()
  const body = { product: 'kite' }
  expect((await served.post('/own', { body })).status).toBe(400)
  for (const _ of [1, 2]) {
    expect((await served.post('/own', { key, body })).status).toBe(201)
    expect((await served.post('/own/bulk', { key, body: { items: [body, body] } })).status).toBe(201)
    expect((await served.post('/above/orders', { key, body })).status).toBe(201)
  }
  expect(await all.count()).toBe(4)
  // What fails after its row was written leaves neither the row nor the key.
  await all.query('alter table ashlar_idempotency add constraint never check (status <> 201) not valid')
  expect((await served.post('/own', { key: randomUUID(), body })).status).toBeGreaterThan(400)
  expect(await all.count()).toBe(4)
})

test('above read committed, a request whose snapshot is older than the first answer is told to come again', async () => {
  await using all = await openOrders()
  const tx = all.db.isolated({ isolation: 'repeatable read' })
  const reached = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  let isSecond = false
  const before = dependency({ uses: { tx } }, async ({ tx }) => {
    await tx.execute(sql`select 1 from orders`)
    if (!isSecond) return
    reached.resolve()
    await goOn.promise
  })
  const place = route.post('/', { access: anyone, idempotent: true, uses: { tx, before } }, async ({ tx }) => {
    await tx.insert(orders).values({ product: 'kite' })
  })
  await using served = await all.serve(router('/x', { place }), { auth: [] })
  isSecond = true
  const second = served.post('/x', { key: 'k' })
  await reached.promise
  isSecond = false
  expect((await served.post('/x', { key: 'k' })).status).toBe(204)
  goOn.resolve()
  const told = await second
  expect([told.status, await told.json()]).toMatchObject([409, { code: 'idempotency_in_flight' }])
  expect(await all.count()).toBe(1)
})

test('with retry, the key is looked at anew by each run', async () => {
  await using all = await openOrders()
  const tx = all.db.isolated({ isolation: 'serializable', retry: 3 })
  let runs = 0
  const place = route.post(
    '/',
    { access: anyone, idempotent: true, uses: { tx }, response: z.int() },
    async ({ tx }) => {
      runs += 1
      await tx.insert(orders).values({ product: 'kite' })
      if (runs === 1) await tx.execute(sql`do $$ begin raise exception using errcode = '40001'; end $$`)
      return runs
    },
  )
  await using served = await all.serve(router('/x', { place }), { auth: [] })
  const answers = [await served.post('/x', { key: 'k' }), await served.post('/x', { key: 'k' })]
  expect(await Promise.all(answers.map((each) => each.json()))).toEqual([2, 2])
  expect([await all.count(), runs]).toEqual([1, 2])
})

test('behind a pooler, and with policies of the server, keys are kept as they are without', async () => {
  for (const options of [{ pooler: 'transaction' }, { rls: true }] as const) {
    await using all = await openOrders(options)
    await using served = await all.serve()
    const body = { product: 'kite' }
    const answers = [await served.post('/orders', { key: 'k', body }), await served.post('/orders', { key: 'k', body })]
    expect(answers.map(({ status }) => status)).toEqual([201, 201])
    expect(await all.count()).toBe(1)
  }
})

test('in the test kit, whose databases are copies, keys are those of the copy', async () => {
  const place = route.post(
    '/',
    { access: anyone, idempotent: true, uses: { tx: db.transaction }, body: z.object({ product: z.string() }) },
    async ({ tx, body }) => {
      await tx.insert(orders).values(body)
    },
  )
  const call = route.post('/call', { access: anyone, idempotent: true }, nothing)
  await using t = await testApp(
    createApp({ title: 'T', version: '1', environment: 'test', database: db, api: router('/x', { place, call }) }),
  )
  const uses = { tx: db.transaction }
  await t.run(uses, ({ tx }) => tx.execute(sql.raw(CREATE)))
  for (const _ of [1, 2]) {
    await t.client.place({ body: { product: 'kite' } }, { idempotencyKey: 'k' })
    await t.client.call({}, { idempotencyKey: 'k' })
  }
  expect(await t.run(uses, ({ tx }) => tx.$count(orders, eq(orders.product, 'kite')))).toBe(1)
  expect(await t.run(uses, ({ tx }) => tx.$count(idempotencyKeys))).toBe(2)
})

const CREATE = `
create table orders (id uuid primary key, product text not null, customer text);
create table ashlar_idempotency (
  id bytea primary key, fingerprint bytea not null, status integer not null, headers jsonb not null, body bytea,
  size integer not null, created_at timestamptz not null default now(), expires_at timestamptz not null);`
