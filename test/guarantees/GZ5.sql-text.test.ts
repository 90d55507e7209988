import { database } from 'ashlar/data'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../src/data/test-database.ts'
import { foreignCalls, ownCall, queryCalls, type Call, type Described } from './shop-calls.ts'
import { freshRows, insertText, rowsOf, type Rows } from './shop-rows.ts'
import { serveShop, type ShopServer } from './shop-server.ts'
import type { Person } from './shop.ts'
import { statementProxy, type StatementProxy } from './statement-proxy.ts'

/** In every payload, and in no statement. */
const MARK = 'zq7x'
const PAYLOADS = [
  `'${MARK}`,
  `' or '${MARK}'='${MARK}`,
  `'; drop table orders; -- ${MARK}`,
  `"${MARK}`,
  `"; drop table orders; --${MARK}`,
  `\\${MARK}\\'; --`,
  `$1${MARK}`,
  `$$${MARK}$$`,
  `:${MARK}`,
  `%${MARK}_\\`,
  `/*${MARK}*/`,
  `{"${MARK}":1}`,
  `[null,"${MARK}"]`,
  `(select '${MARK}')`,
  `id,${MARK}`,
  `-${MARK}`,
  `${MARK}.nullsFirst; --`,
  `store.${MARK}`,
  `${MARK}::text`,
  `E'\\x27${MARK}'`,
  `U&"\\0027${MARK}"`,
  `\u02bc\uff07${MARK}\ud83d\udca5`,
  `${MARK}\r\n\t`,
  `__proto__${MARK}`,
]

/** Thousands of requests, one after the other, on a machine that may have other work. */
const WAIT_MS = 300_000

const eve: Person = { id: 'user-eve', tenant: 'evil', roles: ['staff', 'auditor', 'admin'] }
const ada: Person = { id: 'user-ada', tenant: 'acme', roles: [] }
let own: TestDatabase<Record<string, never>>
let proxy: StatementProxy
let shop: ShopServer
let count = 0

beforeAll(async () => {
  own = await createTestDatabase(database())
  proxy = await statementProxy(own.url)
  shop = await serveShop(proxy.url)
})
afterAll(async () => {
  await shop.stop()
  proxy.close()
  await own.drop()
})

async function stored(deleted = false): Promise<Rows> {
  const rows = rowsOf(eve, ++count)
  await shop.query(insertText(rows, deleted))
  return rows
}

/** What an operation can be asked for, and what it answers where a row is not there: everything a statement is made for. */
async function benignCalls(described: Described): Promise<readonly Call[]> {
  const [here, gone] = [await stored(), await stored(true)]
  const fresh = freshRows(eve, ++count, here)
  const sides = { own: here, other: rowsOf(ada, ++count), fresh }
  return [
    ...queryCalls(described, sides),
    ...foreignCalls(described, sides),
    ownCall(described, here, fresh),
    ownCall(described, gone, freshRows(eve, ++count, gone)),
  ]
}

/** The call with the payload in the place of one value, for each of them. */
function infected(call: Call, payload: (at: number) => string): readonly Call[] {
  const [path = '', search = ''] = call.target.split('?')
  const parts = path.split('/')
  const inPath = parts.flatMap((part, at) =>
    /[^\w]|\d/.test(part) ? [{ ...call, target: parts.with(at, encodeURIComponent(payload(at))).join('/') }] : [],
  )
  const inQuery = [...new URLSearchParams(search)].map(([name], at) => ({
    ...call,
    target: `${path}?${new URLSearchParams({ [name]: payload(at) }).toString()}`,
  }))
  const names =
    search === '' ? [] : [{ ...call, target: `${path}?${new URLSearchParams({ [payload(0)]: '1' }).toString()}` }]
  const inBody = leavesOf(call.body).map((at, index) => ({ ...call, body: withLeaf(call.body, at, payload(index)) }))
  const inHead = call.headers === undefined ? [] : [`"${MARK}"`, `"1", "'${MARK}"`, `"1.${MARK}"`]
  return [
    ...inPath,
    ...inQuery,
    ...names,
    ...inBody,
    ...inHead.map((tag) => ({ ...call, headers: { 'if-match': tag } })),
  ]
}

type Place = readonly (string | number)[]

/** Names of columns to conflict on are the code's, and no caller's. */
function leavesOf(value: unknown, at: Place = []): readonly Place[] {
  if (at[0] === 'on' || value === undefined) return []
  if (typeof value !== 'object' || value === null) return [at]
  return Object.entries(value).flatMap(([key, each]) => leavesOf(each, [...at, key]))
}

function withLeaf(value: unknown, [key, ...rest]: Place, leaf: string): unknown {
  if (key === undefined) return leaf
  const copy: Record<string, unknown> = Array.isArray(value)
    ? ([...(value as unknown[])] as never)
    : { ...(value as object) }
  copy[key] = withLeaf(copy[key], rest, leaf)
  return copy
}

/** Nothing that the server of an app could not answer; what hand-written code passes on unchecked may not be of the column's type. */
async function send(calls: readonly Call[]): Promise<readonly string[]> {
  const failed: string[] = []
  for (const call of calls) {
    const byHand = call.operation.startsWith('hand.')
    const sent = shop.call(eve, call)
    // A stream that has begun can only be cut off.
    const { status, body } = await (call.operation.endsWith('.jsonLines') ? sent.catch(() => CUT_OFF) : sent)
    if (status >= 500 && !byHand) failed.push(`${call.operation} ${call.target} ${JSON.stringify(call.body)}: ${body}`)
  }
  return failed
}

const CUT_OFF = { status: 0, body: '' }

/** The rows that the tests write themselves. */
const ofTests = (text: string): boolean => text.startsWith('do $all$')

/** What is sent for a call of the operation, for the query and the body apart. */
async function callsOf(described: Described): Promise<readonly Call[]> {
  const own = await stored()
  const sides = { own, other: own, fresh: freshRows(eve, ++count, own) }
  return [ownCall(described, own, sides.fresh), ...queryCalls(described, sides)]
}

describe('no byte a caller sends becomes SQL: the statements are those of harmless input', () => {
  beforeAll(async () => {
    for (const described of shop.operations) for (const call of await benignCalls(described)) await shop.call(eve, call)
  }, WAIT_MS)

  async function expectNoOther(hostile: readonly Call[]): Promise<void> {
    const harmless = new Set(proxy.texts)
    expect(harmless.size).toBeGreaterThan(300)
    expect(await send(hostile)).toEqual([])
    expect([...proxy.texts].filter((text) => !harmless.has(text) && !ofTests(text))).toEqual([])
    expect([...proxy.texts].filter((text) => text.includes(MARK))).toEqual([])
  }

  test('in any position of any operation', { timeout: WAIT_MS }, async () => {
    const hostile: Call[] = []
    for (const described of shop.operations)
      for (const call of await callsOf(described))
        hostile.push(...infected(call, (at) => PAYLOADS[(hostile.length + at) % PAYLOADS.length]!))
    expect(hostile.length).toBeGreaterThan(1_000)
    await expectNoOther(hostile)
  })

  test('whatever it is, in every parameter of a list and every value of a row', { timeout: WAIT_MS }, async () => {
    const described = shop.operations.filter(({ placed: { name } }) => /^orders\.(?:list|create|read)$/.test(name))
    const calls = (await Promise.all(described.map(callsOf))).flat()
    await expectNoOther(PAYLOADS.flatMap((payload) => calls.flatMap((call) => infected(call, () => payload))))
  })
})
