// Two organisations side by side, and everything a resource has done to their rows in an order that nobody chose: what each sees is what a model of it says.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { organisationsApp, type Answer, type Person } from './organisations.fixture.ts'

let app: Awaited<ReturnType<typeof organisationsApp>>
beforeAll(async () => {
  app = await organisationsApp()
})
afterAll(() => app?.stop())

const STEPS = 250

/** The same numbers for the same seed (mulberry32), so that a failure comes again. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

interface Tenant {
  readonly person: Person
  readonly organisation: string
  readonly key: string
  /** What there is: texts by id. */
  readonly rows: Map<string, string>
}

async function tenant(slug: string): Promise<Tenant> {
  const person = await app.person()
  const organisation = await person.found(slug)
  const { key } = (await person.call('POST', '/auth/keys', { name: 'x' })).body
  return { person, organisation, key, rows: new Map() }
}

interface Step {
  readonly mine: Tenant
  readonly other: Tenant
  readonly token: string
  readonly text: string
  /** Some row of both, and whose it is. */
  readonly id: string
}

type Act = (step: Step) => Promise<Answer | undefined>

const calling = ({ mine, token }: Step, method: string, path: string, json?: unknown): Promise<Answer> =>
  mine.person.call(method, path, json, token)

const ACTS: Readonly<Record<string, Act>> = {
  create: async (step) => {
    const { mine, other, text } = step
    const made = await calling(step, 'POST', '/notes', { text, organisationId: other.organisation })
    // The column is the server's: it is either refused or not heard.
    if (made.status === 201) mine.rows.set(made.body.id, text)
    return made
  },
  createMany: async (step) => {
    const items = [{ text: `${step.text} 1` }, { text: `${step.text} 2` }]
    const made = await calling(step, 'POST', '/notes/bulk', { items })
    for (const row of made.body.items) step.mine.rows.set(row.id, row.text)
    return made
  },
  update: async (step) => {
    const { mine, id, text } = step
    const changed = await calling(step, 'PATCH', `/notes/${id}`, { text })
    expect(changed.status).toBe(mine.rows.has(id) ? 200 : 404)
    if (changed.status === 200) mine.rows.set(id, text)
    return changed
  },
  updateMany: async (step) => {
    const { mine, id, text } = step
    const own = [...mine.rows.keys()][0]
    const items = [...new Set([own, id])].filter((each) => each !== undefined).map((each) => ({ id: each, text }))
    const changed = await calling(step, 'PATCH', '/notes/bulk', { items })
    // One of them is not there for this caller, and so none of them is changed.
    expect(changed.status).toBe(mine.rows.has(id) ? 200 : 404)
    if (changed.status === 200) for (const item of items) mine.rows.set(item.id, text)
    return changed
  },
  remove: async (step) => {
    const { mine, id } = step
    const removed = await calling(step, 'DELETE', `/notes/${id}`)
    expect(removed.status).toBe(mine.rows.has(id) ? 204 : 404)
    mine.rows.delete(id)
    return removed
  },
  removeMany: async (step) => {
    const { mine, id } = step
    const removed = await calling(step, 'POST', '/notes/bulk/delete', { items: [{ id }] })
    expect(removed.status < 300).toBe(mine.rows.has(id))
    mine.rows.delete(id)
    return removed
  },
  read: async (step) => {
    const { mine, id } = step
    const found = await calling(step, 'GET', `/notes/${id}`)
    expect(found.status).toBe(mine.rows.has(id) ? 200 : 404)
    if (found.status === 200) expect(found.body).toMatchObject({ id, text: mine.rows.get(id) })
    return found
  },
  list: async (step) => {
    const { mine } = step
    const seen = await calling(step, 'GET', '/notes?limit=100')
    expect(new Set(seen.body.items.map((row: { id: string }) => row.id))).toEqual(new Set(mine.rows.keys()))
    return seen
  },
}

test('two organisations never see, change or count what the other has', async () => {
  const tenants = [await tenant('left'), await tenant('right')] as const
  const next = numbers(20_261_120)
  const names = Object.keys(ACTS)
  for (let at = 0; at < STEPS; at++) {
    const side = next(2)
    const [mine, other] = [tenants[side]!, tenants[1 - side]!]
    const known = [...mine.rows.keys(), ...other.rows.keys()]
    const id = known[next(known.length || 1)] ?? '0190a0a0-0000-7000-8000-000000000000'
    const token = next(2) === 0 ? mine.person.token : mine.key
    const before = new Map(other.rows)
    const name = known.length > 60 ? 'remove' : names[next(names.length)]!
    const answer = await ACTS[name]!({ mine, other, token, id, text: `note ${at}` })
    const told = JSON.stringify(answer?.body ?? '')
    for (const [foreign, text] of other.rows) {
      if (foreign !== id) expect(told, `${at} ${name}`).not.toContain(foreign)
      expect(told, `${at} ${name}`).not.toContain(`"${text}"`)
    }
    expect(other.rows).toEqual(before)
  }
  for (const { organisation, rows } of tenants) {
    const stored = await app.rows(`select id, text from notes where organisation_id = '${organisation}'`)
    expect(new Map(stored.map((row) => [row['id'], row['text']]))).toEqual(rows)
  }
  expect(tenants.every(({ rows }) => rows.size > 0)).toBe(true)
})

test('who has chosen no organisation has no rows, and makes none', async () => {
  const { person, rows } = await tenant('alone')
  await person.call('POST', '/notes', { text: 'there is one' })
  const [{ id } = {}] = await app.rows(`select id from notes where text = 'there is one'`)
  await person.logIn()
  expect(rows.size).toBe(0)
  const list = await person.call('GET', '/notes')
  expect(list).toMatchObject({ status: 200, body: { items: [] } })
  expect((await person.call('GET', `/notes/${String(id)}`)).status).toBe(404)
  for (const [method, path, json] of [
    ['POST', '/notes', { text: 'x' }],
    ['POST', '/notes/bulk', { items: [{ text: 'x' }] }],
    ['PATCH', `/notes/${String(id)}`, { text: 'x' }],
    ['DELETE', `/notes/${String(id)}`, undefined],
  ] as const)
    expect((await person.call(method, path, json)).status).toBe(403)
  expect(await app.rows(`select id from notes where text = 'x'`)).toEqual([])
})

test('an administrator of the app has no rows of organisations by that', async () => {
  await tenant('theirs')
  const admin = await app.person(['admin'])
  expect((await admin.call('GET', '/notes')).body.items).toEqual([])
  const elsewhere = await admin.call('POST', '/organisations', { name: 'x', slug: 'admins' })
  await admin.switch(elsewhere.body.id)
  expect((await admin.call('GET', '/notes')).body.items).toEqual([])
})
