import assert from 'node:assert/strict'
import { Client } from 'pg'
import type { Dataset } from './dataset.ts'
import { fetchJson, type Page } from './positions.ts'
import { newItem, pageAfter, type Position, type Request, type ScenarioName } from './scenarios.ts'
import type { Server } from './servers.ts'

const CHECKED = 12
const FIELDS = `i.id, i.owner_id as "ownerId", i.title, i.notes, i.status, i.done, i.priority, i.price::text, i.due_at as "dueAt", i.meta,
  i.created_at as "createdAt", i.updated_at as "updatedAt"`
const NESTED = `(select jsonb_build_object('id', o.id, 'name', o.name, 'email', o.email) from owners o where o.id = i.owner_id) as owner,
  (select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) order by t.id) from item_tags it join tags t on t.id = it.tag_id
    where it.item_id = i.id) as tags`

export interface Checks {
  readonly dataset: Dataset
  readonly positions: readonly Position[]
  /** Only what is going to be measured is checked. */
  readonly scenarios: readonly ScenarioName[]
}

/** What a server answers is compared with what the database says, field by field, before anything is measured. */
export async function verifyServer(server: Server, { dataset, positions, scenarios }: Checks): Promise<void> {
  const client = new Client({ connectionString: dataset.url })
  await client.connect()
  try {
    const { origin, definition } = server
    const { lacks } = definition
    const measures = (...names: readonly ScenarioName[]): boolean =>
      names.some((name) => scenarios.includes(name) && !lacks.includes(name))
    if (measures('list20', 'list50', 'list100')) await verifyLists(origin, client, positions, false)
    if (measures('nested20')) await verifyLists(origin, client, positions, true)
    if (measures('read', 'create', 'create-in-tx', 'create-and-count')) await verifyReads(origin, client, dataset)
    if (measures('create')) await verifyCreates(origin, client, dataset, '/items')
    if (measures('create-in-tx')) await verifyCreates(origin, client, dataset, '/items-in-tx')
    if (measures('create-and-count')) await verifyCreates(origin, client, dataset, '/counted-items')
    await verifyRefusals(origin, dataset, positions.length > 0)
  } catch (error) {
    const title = server.definition.title
    throw new Error(`${title} does not answer as it must, so nothing is measured.`, { cause: error })
  } finally {
    await client.end()
  }
}

async function verifyLists(
  origin: string,
  client: Client,
  positions: readonly Position[],
  nested: boolean,
): Promise<void> {
  for (const [i, position] of positions.slice(-CHECKED).entries()) {
    const limit = [20, 50, 100][i % 3]!
    const request = pageAfter(position, limit, nested ? '&include=owner,tags' : '')
    const page = (await fetchJson(origin, request, 200)) as Page
    const { rows } = await client.query<Record<string, unknown>>(
      `select ${FIELDS} ${nested ? `, ${NESTED}` : ''} from items i where owner_id = $1
        order by created_at desc, id desc offset $2 limit $3`,
      [position.ownerId, position.skipped, limit],
    )
    assert.equal(rows.length, limit)
    assert.equal(page.items.length, limit)
    // Row by row, so that a difference is shown alone.
    for (const [at, row] of rows.entries()) assert.deepEqual(comparable(page.items[at]!), comparable(row))
    assert.ok(typeof page.next === 'string', 'a full page names the next one')
  }
}

async function verifyReads(origin: string, client: Client, dataset: Dataset): Promise<void> {
  for (const id of dataset.items.slice(0, CHECKED)) {
    assert.deepEqual(comparable(await read(origin, id)), await stored(client, id))
  }
}

async function verifyCreates(origin: string, client: Client, { owners }: Dataset, target: string): Promise<void> {
  for (let i = 0; i < CHECKED; i += 1) {
    const ownerId = owners[i % owners.length]!
    const before = await itemCount(client, ownerId)
    const item = newItem(ownerId, i)
    const created = (await fetchJson(origin, post(target, item), 201)) as Record<string, unknown>
    const { id, createdAt, updatedAt, ...given } = comparable(created)
    assert.deepEqual(given, comparable(item), target)
    assert.deepEqual({ id, createdAt, updatedAt, ...given }, await stored(client, String(id)))
    assert.equal(
      await itemCount(client, ownerId),
      before + (target === '/counted-items' ? 1 : 0),
      `${target}: item_count`,
    )
    await client.query('delete from items where id = $1', [id])
  }
}

async function verifyRefusals(origin: string, { owners }: Dataset, hasLists: boolean): Promise<void> {
  const item = newItem(owners[0]!, 1)
  const wrong = [
    { ...item, status: 'lost' },
    { ...item, price: 'much' },
    { ...item, title: '' },
    { ...item, dueAt: 'soon' },
  ]
  for (const body of wrong) await refuses(origin, post('/items', body), [400, 422])
  const get = (target: string): Request => ({ method: 'GET', target })
  await refuses(origin, get('/items/desk'), [400, 404, 422])
  await refuses(origin, get('/items/019b76da-a800-7000-8000-000000000000'), [404])
  if (hasLists) await boundsLimit(origin, get(`/items?ownerId=${owners[0]}&limit=1000`))
}

/** A limit above 100 is refused, or taken as 100. */
async function boundsLimit(origin: string, { target }: Request): Promise<void> {
  const response = await fetch(origin + target)
  const { items } = (await response.json()) as Partial<Page>
  assert.ok([400, 422].includes(response.status) || items?.length === 100, `${target}: answered ${response.status}`)
}

async function refuses(origin: string, { method, target, body }: Request, statuses: readonly number[]): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(origin + target, {
    method,
    body: body ?? null,
    ...(body === undefined ? {} : { headers }),
  })
  await response.body?.cancel()
  assert.ok(statuses.includes(response.status), `${method} ${target} ${body ?? ''}: answered ${response.status}`)
}

function post(target: string, body: object): Request {
  return { method: 'POST', target, body: JSON.stringify(body) }
}

async function read(origin: string, id: string): Promise<Record<string, unknown>> {
  return (await fetchJson(origin, { method: 'GET', target: `/items/${id}` }, 200)) as Record<string, unknown>
}

async function stored(client: Client, id: string): Promise<Record<string, unknown>> {
  const { rows } = await client.query<Record<string, unknown>>(`select ${FIELDS} from items i where id = $1`, [id])
  return comparable(rows[0]!)
}

async function itemCount(client: Client, ownerId: string): Promise<number> {
  const { rows } = await client.query<{ count: number }>('select item_count as count from owners where id = $1', [
    ownerId,
  ])
  return rows[0]!.count
}

/** Times as milliseconds and related rows in one order: how a server writes them is its own affair, every other field must be equal. */
function comparable(row: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = { ...row }
  for (const key of ['dueAt', 'createdAt', 'updatedAt']) {
    const time = result[key]
    if (typeof time === 'string' || time instanceof Date) result[key] = new Date(time).getTime()
  }
  const tags = result['tags'] as readonly { readonly id: string }[] | undefined
  if (tags !== undefined) result['tags'] = tags.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  return result
}
