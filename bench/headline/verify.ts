import assert from 'node:assert/strict'
import { Client } from 'pg'
import type { RunningServer } from '../server-process.ts'
import { ask, page, type Person } from './requests.ts'
import type { HeadlineServer } from './servers.ts'

const FIELDS = [
  'createdAt',
  'done',
  'dueAt',
  'id',
  'meta',
  'notes',
  'ownerId',
  'price',
  'priority',
  'status',
  'title',
  'updatedAt',
]

/** Nothing is measured of a server that answers wrongly, or that lets in whom it should not. */
export async function verify(
  { origin }: RunningServer<HeadlineServer>,
  databaseUrl: string,
  all: readonly Person[],
): Promise<void> {
  const [person, other] = all as readonly [Person, Person]
  await refuses(origin, person)
  for (const { id, token } of [person, other]) {
    const ids = await idsOf(databaseUrl, id)
    const first = await page(origin, { id, token }, 'limit=20')
    const second = await page(origin, { id, token }, `limit=20&cursor=${encodeURIComponent(first.next ?? '')}`)
    assert.deepEqual(
      [...first.items, ...second.items].map((item) => item['id']),
      ids,
    )
    for (const item of first.items) {
      assert.equal(item['ownerId'], id, 'the row of somebody else')
      assert.deepEqual(Object.keys(item).sort(), FIELDS)
    }
  }
}

async function refuses(origin: string, { token }: Person): Promise<void> {
  assert.equal((await ask(origin, undefined, 'limit=20')).status, 401)
  assert.equal((await ask(origin, `${token}x`, 'limit=20')).status, 401)
  assert.ok([400, 422].includes((await ask(origin, token, 'limit=many')).status))
  assert.ok([400, 422].includes((await ask(origin, token, 'status=unknown')).status))
  assert.ok([400, 422].includes((await ask(origin, token, 'cursor=nonsense')).status))
}

async function idsOf(databaseUrl: string, owner: string): Promise<readonly string[]> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const text = 'select id from items where owner_id = $1 order by created_at desc, id desc limit 40'
    const { rows } = await client.query<{ id: string }>(text, [owner])
    return rows.map(({ id }) => id)
  } finally {
    await client.end()
  }
}
