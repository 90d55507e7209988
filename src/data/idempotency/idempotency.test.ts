import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openOrders, type Orders, type Sender } from './orders.fixture.ts'
import type { Serving } from '../../app/serving.fixture.ts'

let all: Orders
let app: Serving & Sender
beforeAll(async () => {
  all = await openOrders({ pool: { max: 10 } })
  app = await all.serve()
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await all[Symbol.asyncDispose]()
})
beforeEach(async () => {
  all.ran = 0
  all.onPlace = () => undefined
  await all.query('truncate orders, ashlar_idempotency')
})

const kite = { product: 'kite' }

test('a repeated request has the effect of one, and the same answer, marked as a replay and without cookies', async () => {
  const key = randomUUID()
  const first = await app.post('/orders', { key, body: kite })
  const second = await app.post('/orders', { key, body: kite })
  expect([first.status, second.status, all.ran, await all.count()]).toEqual([201, 201, 1, 1])
  expect(await second.text()).toBe(await first.text())
  for (const name of ['location', 'content-type']) expect(second.headers.get(name)).toBe(first.headers.get(name))
  expect(first.headers.get('idempotency-replayed')).toBe(null)
  expect(second.headers.get('idempotency-replayed')).toBe('true')
  expect(first.headers.getSetCookie()).toHaveLength(1)
  expect(second.headers.getSetCookie()).toEqual([])
  expect(second.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'))
})

test('of 100 that come at once one has an effect, and the others are told to wait or are given its answer', async () => {
  const key = randomUUID()
  const answers = await Promise.all(Array.from({ length: 100 }, () => app.post('/orders', { key, body: kite })))
  expect(new Set(answers.map(({ status }) => status))).toSatisfy((all: Set<number>) =>
    [...all].every((status) => status === 201 || status === 409),
  )
  expect(
    answers.filter(({ status }) => status === 409).every(({ headers }) => headers.get('retry-after') === '1'),
  ).toBe(true)
  expect([await all.count(), all.ran]).toEqual([1, 1])
  expect((await app.post('/orders', { key, body: kite })).status).toBe(201)
})

test('while the first is under way, the second is told so at once and waits for nothing', async () => {
  const key = randomUUID()
  const reached = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  all.onPlace = () => {
    reached.resolve()
    return goOn.promise
  }
  const first = app.post('/orders', { key, body: kite })
  await reached.promise
  const second = await app.post('/orders', { key, body: kite })
  expect([second.status, second.headers.get('retry-after')]).toEqual([409, '1'])
  expect(await second.json()).toMatchObject({ code: 'idempotency_in_flight' })
  goOn.resolve()
  expect((await first).status).toBe(201)
})

test('another payload under the same key is refused, however its members are ordered', async () => {
  const key = randomUUID()
  await app.post('/orders', { key, body: { product: 'kite', note: 'a' } })
  expect((await app.post('/orders', { key, body: { note: 'a', product: 'kite' } })).status).toBe(201)
  for (const [path, body] of [
    ['/orders', { product: 'ball', note: 'a' }],
    ['/orders?coupon=1', { product: 'kite', note: 'a' }],
  ] as const) {
    const refused = await app.post(path, { key, body })
    expect([refused.status, await refused.json()]).toMatchObject([422, { code: 'idempotency_key_reused' }])
  }
  expect(await all.count()).toBe(1)
})

test('callers, kinds of callers and operations have keys of their own', async () => {
  const key = randomUUID()
  const answers = [
    await app.post('/orders', { key, body: kite }),
    await app.post('/orders', { key, body: kite, as: 'bob' }),
    await app.post('/orders', { key, body: kite, as: 'Machine ada' }),
    await app.post('/orders/one', { key, body: kite }),
  ]
  expect(answers.map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, null, null, null])
  expect(await all.query('select customer from orders order by 1')).toEqual([
    { customer: 'ada' },
    { customer: 'ada' },
    { customer: 'bob' },
    { customer: null },
  ])
})

test('a key that is required and missing, or none at all, is refused before anything is done', async () => {
  const missing = await app.post('/orders/one', { body: kite })
  expect([missing.status, await missing.json()]).toMatchObject([400, { code: 'idempotency_key_required' }])
  for (const key of ['a'.repeat(256), 'a b', '"open', '""', 'ü', '"a";p=1', 'a, b']) {
    const invalid = await app.post('/orders', { key: Buffer.from(key).toString('latin1'), body: kite })
    expect([key, invalid.status]).toEqual([key, 400])
    expect(await invalid.json()).toMatchObject({ code: 'idempotency_key_invalid' })
  }
  expect(await all.count()).toBe(0)
  expect((await app.post('/orders', { body: kite })).status).toBe(201)
})

test('a key in quotes, as the standard has it, is the same as without', async () => {
  await app.post('/orders', { key: 'k"1\\', body: kite })
  const again = await app.post('/orders', { key: '"k\\"1\\\\"', body: kite })
  expect(again.headers.get('idempotency-replayed')).toBe('true')
})

test('an error undoes everything and is not kept, so a retry runs again; an answer of the same status is kept', async () => {
  const key = randomUUID()
  for (const _ of [1, 2]) expect((await app.post('/orders/refused', { key, body: kite })).status).toBe(409)
  expect([all.ran, await all.count()]).toEqual([2, 0])
  const answers = [
    await app.post('/orders/judged', { key, body: kite }),
    await app.post('/orders/judged', { key, body: kite }),
  ]
  expect(await Promise.all(answers.map((each) => each.json()))).toEqual([{ why: 'run 3' }, { why: 'run 3' }])
  expect(answers.map(({ status }) => status)).toEqual([422, 422])
  expect(await all.count()).toBe(1)
})

test('what fails at its commit has left no key: sent again, it runs again', async () => {
  await all.query('alter table orders add constraint once unique (product) deferrable initially deferred')
  try {
    await app.post('/orders', { key: randomUUID(), body: kite })
    const key = randomUUID()
    const taken = await app.post('/orders', { key, body: kite })
    expect([taken.status, await taken.json()]).toMatchObject([409, { code: 'unique_violation' }])
    await all.query('delete from orders')
    const again = await app.post('/orders', { key, body: kite })
    expect([again.status, again.headers.get('idempotency-replayed'), await all.count()]).toEqual([201, null, 1])
  } finally {
    await all.query('alter table orders drop constraint once')
  }
})

test('an operation that uses no transaction has one for its key', async () => {
  const key = randomUUID()
  expect(await (await app.post('/orders/call', { key })).json()).toEqual({ run: 1 })
  expect(await (await app.post('/orders/call', { key })).json()).toEqual({ run: 1 })
})

test('of an answer that is too large the effect is known, and a retry is told so', async () => {
  const key = randomUUID()
  const first = await app.post('/orders/large', { key })
  expect([first.status, (await first.text()).length]).toEqual([200, 2_000_002])
  const second = await app.post('/orders/large', { key })
  expect([second.status, await second.json()]).toMatchObject([
    409,
    { code: 'idempotency_answer_too_large', data: { status: 200 } },
  ])
  expect(app.log.filter(({ level }) => level === 'warn').map(({ message }) => message)).toContainEqual(
    expect.stringMatching('too large to be kept'),
  )
})

test('an expired key is a new one, and what has expired is removed', async () => {
  const key = randomUUID()
  await app.post('/orders', { key, body: kite })
  expect(
    await all.query("select 1 from ashlar_idempotency where expires_at > now() + interval '23 h 59 min'"),
  ).toHaveLength(1)
  await all.query("update ashlar_idempotency set expires_at = now() - interval '1 second'")
  expect((await app.post('/orders', { key, body: { product: 'ball' } })).status).toBe(201)
  expect((await app.post('/orders', { key, body: { product: 'ball' } })).headers.get('idempotency-replayed')).toBe(
    'true',
  )
  expect([await all.count(), all.ran]).toEqual([2, 2])
})

test('a restarted process knows the keys of the one before', async () => {
  const key = randomUUID()
  const first = await app.post('/orders', { key, body: kite })
  const other = await all.serve()
  const again = await other.post('/orders', { key, body: kite })
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect(await again.text()).toBe(await first.text())
  await other[Symbol.asyncDispose]()
  await all.db.start()
})

describe('what has expired', () => {
  test('is removed in batches, by requests that keep an answer', async () => {
    const other = await openOrders()
    const served = await other.serve()
    await other.query(`insert into ashlar_idempotency (id, fingerprint, status, headers, size, expires_at)
      select int4send(n), '', 200, '{}', 0, now() - interval '1 minute' from generate_series(1, 700) n`)
    await served.post('/orders', { key: 'a', body: kite })
    await expect.poll(() => other.query('select 1 from ashlar_idempotency')).toHaveLength(201)
    await served.post('/orders', { key: 'b', body: kite })
    await expect.poll(() => other.query('select 1 from ashlar_idempotency')).toHaveLength(2)
    await served[Symbol.asyncDispose]()
    await other[Symbol.asyncDispose]()
  })
})
