import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { foreignCalls, ownCall, queryCalls, tableOf, type Call, type Described } from './shop-calls.ts'
import { checksumText, freshRows, insertText, marksOf, rowsOf, SHARED, type Rows } from './shop-rows.ts'
import { serveShop, type Answer, type ShopServer } from './shop-server.ts'
import type { Person } from './shop.ts'

const ada: Person = { id: 'user-ada', tenant: 'acme', roles: ['staff', 'auditor'] }
/** Of another tenant, and with every role that is about rows of one's own tenant. */
const eve: Person = { id: 'user-eve', tenant: 'evil', roles: ['staff'] }
/** Of the same tenant. */
const bob: Person = { id: 'user-bob', tenant: 'acme', roles: ['staff'] }

let shop: ShopServer
let count = 0
/** Ada's, in the database from the start. */
const victims = [rowsOf(ada, ++count), rowsOf(ada, ++count)]

beforeAll(async () => {
  shop = await serveShop()
  for (const rows of victims) await shop.query(insertText(rows))
  await shop.query('analyze')
})
afterAll(() => shop.stop())

async function stored(person: Person, deleted = false): Promise<Rows> {
  const rows = rowsOf(person, ++count)
  await shop.query(insertText(rows, deleted))
  return rows
}

const fresh = (person: Person, own: Rows): Rows => freshRows(person, ++count, own)

const checksum = async (): Promise<unknown> => (await shop.query(checksumText(victims)))[0]

/** What Ada sees in every list. A row that somebody has put among hers would be in one of them. */
async function adaSees(foreign: (described: Described) => boolean): Promise<Record<string, string>> {
  const seen: Record<string, string> = {}
  const lists = shop.operations.filter((each) => each.placed.name.endsWith('.list') && foreign(each))
  for (const described of lists) {
    const call = ownCall(described, victims[0]!, victims[1]!)
    if (call.method !== 'GET') continue
    const { status, body } = await shop.call(ada, call)
    seen[call.operation] = `${status} ${body.replace(/,"requestId":"[^"]*"/, '')}`
  }
  return seen
}

/** What was sent may come back. */
function without(text: string, sent: ReadonlySet<string>): string {
  let rest = text.replaceAll('+', ' ').replaceAll('%20', ' ')
  for (const value of sent) rest = rest.replaceAll(value, '').replaceAll(encodeURIComponent(value), '')
  return rest
}

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : []
}

const sentBy = ({ target, body }: Call): string[] => [
  ...stringsIn(body),
  ...target.split(/[/?&=]/).map((part) => decodeURIComponent(part.replaceAll('+', ' '))),
]

const REFUSALS = [400, 403, 404, 409, 412, 422, 428]
const ANSWERS = [200, 201, 204, ...REFUSALS]

interface Attack {
  readonly attacker: Person
  /** Whose rows no answer may show. */
  readonly hidden: readonly string[]
  /** Which operations are about rows that the two do not share. Reading what they share must show nothing else either. */
  readonly foreign: (described: Described) => boolean
}

const ATTACKS: Record<string, Attack> = {
  'of another tenant': { attacker: eve, hidden: ['user-ada', 'acme'], foreign: () => true },
  'of the same tenant': {
    attacker: bob,
    hidden: ['user-ada'],
    foreign: (described) => !SHARED.has(tableOf(described)),
  },
}

/** Hundreds of calls, with all rows read after each. */
const WAIT_MS = 240_000

describe.each(Object.entries(ATTACKS))("with another's keys, somebody %s", (_, { attacker, hidden, foreign }) => {
  test('learns no value of any row, in any operation, and changes none', { timeout: WAIT_MS }, async () => {
    const marks = marksOf(hidden)
    const holes: string[] = []
    /** Keys that are in rows of the attacker's own by now. */
    const written = new Set<string>()
    let before = await checksum()
    let seen = await adaSees(foreign)
    for (const described of shop.operations.filter((each) => foreign(each) || each.placed.operation.method === 'GET')) {
      const other = victims[0]!
      const calls = foreignCalls(described, { own: other, other, fresh: other }).length
      for (let at = 0; at < calls; at += 1) {
        const own = await stored(attacker)
        const sides = { own, other, fresh: fresh(attacker, own) }
        const call = foreignCalls(described, sides)[at]!
        const answer = await shop.call(attacker, call)
        const sent = sentBy(call)
        if (answer.status < 300) sent.filter((value) => marks.test(value)).forEach((value) => written.add(value))
        holes.push(
          ...holesIn(
            { ...call, reaching: call.reaching && foreign(described) },
            answer,
            without(answer.text, new Set([...sent, ...written])),
            marks,
          ),
        )
      }
      const [after, sees] = [await checksum(), await adaSees(foreign)]
      for (const [what, [was, is]] of Object.entries({ rows: [before, after], lists: [seen, sees] }))
        if (JSON.stringify(was) !== JSON.stringify(is))
          holes.push(`${described.placed.name}: ${what} of Ada's are not as before: ${difference(was, is)}`)
      ;[before, seen] = [after, sees]
    }
    expect(holes).toEqual([])
  })
})

function holesIn({ operation, what, reaching }: Call, { status, body }: Answer, rest: string, marks: RegExp): string[] {
  const at = `${operation} (${what})`
  const holes: string[] = []
  if (!ANSWERS.includes(status)) holes.push(`${at}: ${status} ${body}`)
  if (reaching && status < 300) holes.push(`${at}: succeeded, ${status}`)
  const [found] = marks.exec(rest) ?? []
  if (found !== undefined) holes.push(`${at}: shows ${found} in ${rest}`)
  return holes
}

function difference(was: unknown, is: unknown): string {
  const [before, after] = [was as Record<string, unknown>, is as Record<string, unknown>]
  return Object.keys(before)
    .filter((key) => before[key] !== after[key])
    .map((key) => `${key}: ${before[key] as string} -> ${after[key] as string}`)
    .join('\n')
}

const NO_PROFILE = "delete from profiles where user_id = 'user-ada'"

describe('the same calls by the owner', () => {
  test('succeed, for every operation, so that what is above can fail', async () => {
    const wrong: string[] = []
    const names = new Set(shop.operations.map(({ placed }) => placed.name))
    for (const described of shop.operations) {
      const { name } = described.placed
      const answers: string[] = []
      let done = false
      for (const deleted of [false, true]) {
        if (done) continue
        // A key that is the person's own is there already.
        await shop.query(NO_PROFILE)
        const own = await stored(ada, deleted)
        if (/profiles\.(?:create|insert)/.test(name)) await shop.query(NO_PROFILE)
        const { status, body } = await shop.call(ada, ownCall(described, own, fresh(ada, own)))
        done = status < 300
        answers.push(`${status} ${body}`)
      }
      // Where nothing is deleted softly there is nothing to restore, for the owner neither.
      const [, table] = /^hand\.(\w+)\.restore$/.exec(name) ?? []
      const isImpossible = table !== undefined && !names.has(`${table}.restore`)
      if (done === isImpossible) wrong.push(`${name}: ${answers.join(' / ')}`)
    }
    expect(wrong).toEqual([])
  })

  test('show their values, of every table', async () => {
    for (const described of shop.operations.filter(({ placed }) => /\.(?:list|read)$/.test(placed.name))) {
      const own = await stored(ada)
      const { body } = await shop.call(ada, ownCall(described, own, own))
      expect(body, described.placed.name).toMatch(marksOf(['user-ada', 'acme']))
    }
  })

  test('with every parameter of the lists', async () => {
    const lists = shop.operations.filter(({ placed }) => placed.name.endsWith('.list'))
    const asked = lists.flatMap((described) =>
      queryCalls(described, { own: victims[0]!, other: victims[0]!, fresh: victims[0]! }),
    )
    expect(asked.length).toBeGreaterThan(100)
    await shop.query('analyze')
    for (const call of asked) expect((await shop.call(ada, call)).status, call.target).toBe(200)
  })
})
