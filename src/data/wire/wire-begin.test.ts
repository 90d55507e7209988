import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseRelay, type DatabaseRelay } from '../database-relay.fixture.ts'
import { database } from '../database.ts'
import { createPool } from '../pool.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'
import { beginTransaction, type OpenTransaction } from '../transactions/begin-transaction.ts'
import { clientRunner, wireClient } from './runner.ts'

const READY_IN_TRANSACTION = Buffer.from('Z\0\0\0\x05T', 'latin1')

let own: TestDatabase<Record<string, never>>
let relay: DatabaseRelay
let pool: Pool
/** What the server has said since. */
let said: Buffer[] = []

beforeAll(async () => {
  own = await createTestDatabase(database())
  relay = await databaseRelay(own.url, () => (bytes, from) => {
    if (from === 'server') said.push(Buffer.from(bytes))
    return true
  })
  pool = createPool(relay.url, { max: 1 })
  await pool.query('create table rows (n int primary key)')
})
afterAll(async () => {
  await pool.end()
  relay.close()
  await own.drop()
})

async function begun(begin?: string): Promise<OpenTransaction> {
  const transaction = await beginTransaction(pool, begin === undefined ? {} : { begin })
  said = []
  return transaction
}

const insert = (n: number) => ({ text: 'insert into rows values ($1)', values: [n] })
const count = async (): Promise<unknown> => (await pool.query('select count(*)::int as n from rows')).rows[0]

describe('the BEGIN of a transaction', () => {
  test.each([
    [
      'of ours',
      (n: number, { client }: OpenTransaction) => clientRunner(client).run({ ...insert(n), name: 'insert' }, [n]),
    ],
    ['of pg', (n: number, { client }: OpenTransaction) => client.query(insert(n))],
    [
      'of pg without values',
      (n: number, { client }: OpenTransaction) => client.query(`insert into rows values (${n})`),
    ],
  ])('is answered together with the first statement, one %s', async (_, run) => {
    await pool.query('truncate rows')
    const transaction = await begun()
    await run(1, transaction)
    expect(Buffer.concat(said).indexOf(READY_IN_TRANSACTION)).toBe(
      Buffer.concat(said).length - READY_IN_TRANSACTION.length,
    )
    expect(transaction.client.getTransactionStatus()).toBe('T')
    await transaction.rollback()
    expect(await count()).toEqual({ n: 0 })
    const kept = await begun()
    await run(2, kept)
    await kept.commit()
    expect(await count()).toEqual({ n: 1 })
  })

  test('is not sent before there is something to do', async () => {
    const transaction = await begun()
    const { rows } = await own.database.run((tx) =>
      tx.execute("select state from pg_stat_activity where state like 'idle in%'"),
    )
    expect(rows).toEqual([])
    await transaction.commit()
    expect(await count()).toBeDefined()
  })

  test('holds where the first statement fails, and what is sent behind it', async () => {
    const transaction = await begun()
    const outcomes = await Promise.allSettled([
      transaction.client.query('select 1 / 0'),
      transaction.client.query(insert(9)),
    ])
    expect(outcomes).toMatchObject([{ reason: { code: '22012' } }, { reason: { code: '25P02' } }])
    await expect(transaction.commit()).rejects.toThrow('Nothing was saved')
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  test('says how the transaction runs', async () => {
    const transaction = await begun('BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY')
    const { rows } = await transaction.client.query('show transaction_isolation')
    expect(rows).toEqual([{ transaction_isolation: 'serializable' }])
    await expect(transaction.client.query(insert(1))).rejects.toMatchObject({ code: '25006' })
    await transaction.rollback()
  })

  test('does not depend on what is prepared', async () => {
    for (let round = 0; round < 2; round += 1) {
      const transaction = await begun()
      await transaction.client.query('deallocate all')
      await transaction.commit()
    }
  })

  test('that the server refuses ends the connection: nobody waits for an answer that never comes', async () => {
    const transaction = await begun('BEGIN NONSENSE')
    const outcomes = await Promise.allSettled([
      transaction.client.query(insert(1)),
      transaction.client.query('select 1'),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await transaction.rollback()
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  test('is of no use on a connection that is lost, which the first statement tells', async () => {
    const transaction = await begun()
    relay.cut()
    await expect(transaction.client.query(insert(1))).rejects.toThrow()
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'commit_outcome_unknown' })
    expect(wireClient(transaction.client)).toBe(transaction.client)
  })
})
