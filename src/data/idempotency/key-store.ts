import { sql } from 'drizzle-orm'
import { DatabaseError } from 'pg'
import { compileStatement, place } from '../statements/compile.ts'
import type { RowSet } from '../wire/row-set.ts'
import type { Runner } from '../wire/runner.ts'
import type { KeptAnswer } from './answers.ts'
import { inFlight } from './errors.ts'
import { idempotencyKeys as keys } from './idempotency-keys.ts'

/** Held until the transaction ends, and nobody waits for it: also through a pooler, since it belongs to no session. */
const LOCK = compileStatement(sql`select pg_try_advisory_xact_lock(${place('lock')}::bigint)`)
const FIND = compileStatement(sql`
select ${keys.fingerprint}, ${keys.status}, ${keys.headers}, ${keys.body}, ${keys.size}, ${keys.expiresAt} <= now()
from ${keys} where ${keys.id} = ${place('id')}::bytea`)
const FORGET = compileStatement(sql`delete from ${keys} where ${keys.id} = ${place('id')}::bytea`)
const KEEP = compileStatement(sql`
insert into ${keys} (id, fingerprint, status, headers, body, size, expires_at)
values (${place('id')}::bytea, ${place('fingerprint')}::bytea, ${place('status')}::integer, ${place('headers')}::jsonb,
  ${place('body')}::bytea, ${place('size')}::integer, now() + make_interval(hours => ${place('hours')}::integer))`)
const SWEEP = compileStatement(sql`
delete from ${keys} where ${keys.id} in
  (select ${keys.id} from ${keys} where ${keys.expiresAt} <= now() order by ${keys.expiresAt}
   limit ${place('limit')}::integer for update skip locked)`)

/** Another transaction has kept an answer that this one's snapshot does not show. */
const DUPLICATE = '23505'

/** What a transaction may do with a key. */
export interface Claimed {
  /** Whether no other transaction has it. */
  readonly isHeld: boolean
  /** The row that is there, if one is: at most one. */
  readonly found: RowSet
}

/**
 * Takes a key for the transaction, and looks what is kept under it: two statements that travel together. As one, its snapshot would be older than the
 * lock, and might lack what the one before has just committed.
 */
export async function claim(runner: Runner, id: Buffer): Promise<Claimed> {
  const [lock, found] = await Promise.all([
    runner.run(LOCK, LOCK.bind({ lock: id.readBigInt64BE(0) })),
    runner.run(FIND, FIND.bind({ id })),
  ])
  const isHeld = lock.text(0, 0) === 't'
  lock.release()
  return { isHeld, found }
}

/** Removes one answer: that of an expired key, which is then a new one. */
export async function forget(runner: Runner, id: Buffer): Promise<void> {
  await runner.run(FORGET, FORGET.bind({ id }))
}

export interface Kept extends KeptAnswer {
  readonly id: Buffer
  readonly fingerprint: Buffer
  readonly hours: number
}

/** @throws IdempotencyInFlight where another transaction has kept one since this one's snapshot. */
export async function keep(runner: Runner, kept: Kept): Promise<void> {
  await runner.run(KEEP, KEEP.bind({ ...kept })).catch((error: unknown) => {
    throw error instanceof DatabaseError && error.code === DUPLICATE ? inFlight(error) : error
  })
}

/** Removes at most so many expired answers; gives how many there were. */
export async function sweep(runner: Runner, limit: number): Promise<number> {
  return (await runner.run(SWEEP, SWEEP.bind({ limit }))).affected
}
