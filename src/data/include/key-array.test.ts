import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { database } from '../database.ts'
import { createPool } from '../pool.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'
import { poolRunner, type PoolRunner } from '../wire/pool-runner.ts'
import { keyArray } from './key-array.ts'

const ID = '0192f0c4-8a53-7d1a-9d6d-0123456789ab'
const OTHER = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

let own: TestDatabase<Record<string, never>>
let pool: Pool
let runner: PoolRunner

beforeAll(async () => {
  own = await createTestDatabase(database())
  pool = createPool(own.url)
  runner = poolRunner(pool, { lanes: 1 })
  await pool.query(`create domain public_id as uuid; create table keys (nr int, id uuid, own public_id, word text)`)
  await pool.query(
    `insert into keys values (1, '${ID}', '${ID}', 'plain'), (2, null, null, null), (3, '${OTHER}', '${OTHER}', 'NULL'), (4, '${ID}', '${ID}', '{a},"b"\\')`,
  )
})
afterAll(async () => {
  await runner.end()
  await pool.end()
  await own.drop()
})

const KEYS = { name: 'keys', text: 'select id, own, word from keys order by nr' }

async function sent(column: number, type: string, count: number): Promise<readonly [form: string, read: unknown]> {
  const rows = await runner.run(KEYS, [])
  const array = keyArray(rows, { column, count, type })
  const read = await runner.run({ name: `read ${type}`, text: `select array_to_json($1::${type}[])::text` }, [array])
  return [typeof array, JSON.parse(read.text(0, 0) ?? '')]
}

test('uuids go back in the form they came in: as text first, then as they are', async () => {
  const ids = [ID, null, OTHER, ID]
  expect(await sent(0, 'uuid', 4)).toEqual(['string', ids])
  expect(await sent(0, 'uuid', 4)).toEqual(['object', ids])
  expect(await sent(0, 'uuid', 1)).toEqual(['object', [ID]])
})

test('none are an empty array, and what is declared as something else goes as text', async () => {
  expect(await sent(0, 'uuid', 0)).toEqual(['string', []])
  expect(await sent(1, 'public_id', 4)).toEqual(['string', [ID, null, OTHER, ID]])
  expect(await sent(2, 'text', 4)).toEqual(['string', ['plain', null, 'NULL', '{a},"b"\\']])
})
