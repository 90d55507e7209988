import { afterAll, beforeAll, expect, test } from 'vitest'
import { foreignCalls, type Call } from './shop-calls.ts'
import { deleteText, freshRows, insertText, rowsOf, type Rows } from './shop-rows.ts'
import { serveShop, type Answer, type ShopServer } from './shop-server.ts'
import type { Person } from './shop.ts'

// Two shops that differ in Ada's rows alone. What Eve is answered may not differ: then no filter, order, search, count, cursor, relation, error
// or header tells her anything of them.

const ada: Person = { id: 'user-ada', tenant: 'acme', roles: [] }
const eve: Person = { id: 'user-eve', tenant: 'evil', roles: ['staff'] }
const ADAS = Array.from({ length: 40 }, (_, n) => rowsOf(ada, n + 1))
let withAda: ShopServer
let without: ShopServer
let count = 100

beforeAll(async () => {
  ;[withAda, without] = await Promise.all([serveShop(), serveShop()])
  for (const rows of ADAS) await withAda.query(insertText(rows))
  for (let n = 1; n <= 5; n += 1) await stored(rowsOf(eve, n))
  await Promise.all([withAda.query('analyze'), without.query('analyze')])
})
afterAll(() => Promise.all([withAda.stop(), without.stop()]))

async function stored(rows: Rows): Promise<Rows> {
  await Promise.all([withAda.query(insertText(rows)), without.query(insertText(rows))])
  return rows
}

/** Without what differs from one request to the next. */
function lasting({ status, text }: Answer): string {
  const kept = text
    .replaceAll(/^(?:date|x-request-id|content-length|connection|keep-alive|transfer-encoding): .*\n/gm, '')
    .replaceAll(/"requestId":"[^"]*"/g, '')
    .replaceAll(/("next":|"previous":)"[^"]*"/g, '$1"a cursor"')
    .replaceAll(/cursor=[\w.-]+/g, 'cursor=...')
    .replaceAll(/"20(?!21)\d\d-\d\d-\d\dT[^"]*"/g, '"a time"')
  return `${status}\n${kept}`
}

async function both(call: Call): Promise<readonly [string, string]> {
  const [one, other] = await Promise.all([withAda.call(eve, call), without.call(eve, call)])
  return [lasting(one), lasting(other)]
}

const READS = /\.(?:list|read|history|get|find|first|all|count|stream|jsonLines)$/

test("no read, by any parameter, tells whether another's rows are there", async () => {
  const [own, other] = [rowsOf(eve, 1), ADAS[0]!]
  const reads = withAda.operations.filter(({ placed }) => READS.test(placed.name))
  const calls = reads.flatMap((described) => foreignCalls(described, { own, other, fresh: own }))
  expect(calls.length).toBeGreaterThan(400)
  const told: string[] = []
  for (const call of calls) {
    const [here, there] = await both(call)
    if (here !== there) told.push(`${call.operation} (${call.what}): ${here}\n-- and without her rows --\n${there}`)
  }
  expect(told).toEqual([])
})

test('a write tells that a key is taken, or there to be referred to, and nothing else', async () => {
  const told: string[] = []
  for (const described of withAda.operations.filter(({ placed }) => !READS.test(placed.name))) {
    const calls = foreignCalls(described, { own: ADAS[0]!, other: ADAS[0]!, fresh: ADAS[0]! }).length
    for (let at = 0; at < calls; at += 1) {
      const own = await stored(rowsOf(eve, ++count))
      const call = foreignCalls(described, { own, other: ADAS[0]!, fresh: freshRows(eve, ++count, own) })[at]!
      const [here, there] = await both(call)
      await without.query(deleteText(ADAS[0]!))
      if (here !== there && !isKnown(call, here, there))
        told.push(`${call.operation} (${call.what}): ${here}\n-- and without her rows --\n${there}`)
    }
  }
  expect(told).toEqual([])
})

/** Unique and foreign keys hold for all rows, whoever may see them: it is why keys are not to be guessed. */
function isKnown({ what, operation }: Call, here: string, there: string): boolean {
  if (!what.startsWith('body.')) return false
  const keys = /"code":"(?:unique_violation|foreign_key_violation)"/
  return keys.test(here) || keys.test(there) || operation.endsWith('.upsert')
}
