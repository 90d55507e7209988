import { sql } from 'drizzle-orm'
import { Client } from 'pg'
import { afterAll, expect, test } from 'vitest'
import { scopeOf } from '../../core/access/decision.ts'
import type { CallerScope } from '../../core/builtin.ts'
import { ENVIRONMENT } from '../database-options.ts'
import { database, type Database } from '../database.ts'
import type { Transaction } from '../drizzle.ts'
import type { Engine } from '../engine.ts'
import { pick, randomFrom, type Random } from '../query/random.fixture.ts'
import { definitionOf, type Definition } from '../repository/definition.ts'
import { modelOf } from '../model/model.ts'
import { repository } from '../repository/repository.ts'
import { allOfThem, RowSession, scopePart } from '../repository/row-session.ts'
import { insertRow } from '../repository/write-rows.ts'
import { relationsIn } from '../rows/relation.ts'
import { createTestDatabase } from '../test-database.ts'
import { transactionRunner } from '../tx-runner.ts'
import { openTransaction } from '../transactions/open-transaction.ts'
import { randomRule, type Member } from './random-rules.fixture.ts'
import { CREATE_TABLES, docs, schema, teams } from './rls.fixture.ts'
import { SYSTEM_CLAIMS } from './claim-set.ts'
import { rowSecurityOf } from './row-security.ts'

const SHAPES = 60
const ROWS = 40
const random = randomFrom(20)
const users = ['ada', 'bob', 'cyd']

const copy = await createTestDatabase(database({ schema }))
const admin = new Client({ connectionString: copy.url })
await admin.connect()
await admin.query(CREATE_TABLES)
/** The engines are those of these two; the rules of each shape belong to declarations of their own. */
const secured = database({ schema, url: copy.url, migrate: 'manual', rls: true, [ENVIRONMENT]: 'test' })
const plain = database({ schema, url: copy.url, migrate: 'manual', [ENVIRONMENT]: 'test' })
const engines = { secured: await engineOf(secured), plain: await engineOf(plain) }
const teamIds = await seed()
const candidates = Array.from({ length: 8 }, () => randomDoc('candidate', teamIds))
afterAll(async () => {
  await admin.end()
  await Promise.all([secured.stop(), plain.stop()])
  await copy.drop()
})

test('policies give the rows that the statements of a repository give, whatever the rules', async () => {
  for (let shape = 0; shape < SHAPES; shape += 1) {
    const access = {
      read: randomRule(random),
      create: randomRule(random),
      update: randomRule(random),
      delete: randomRule(random),
    }
    const declared = database({ schema, rls: true })
    repository(docs, { database: declared, rls: true, access })
    const definition = definitionOf({ model: modelOf(docs), access, relationsOf: relationsIn(schema) })
    const { statements, claims } = rowSecurityOf(declared)
    await install(statements)
    for (const caller of [callerOf(undefined), ...Array.from({ length: 4 }, () => callerOf(randomMember(random)))]) {
      const expected = await inTransaction('plain', SYSTEM_CLAIMS, (tx) => byStatements(tx, definition, caller))
      const actual = await inTransaction('secured', claims(caller), (tx) => byPolicies(tx))
      expect(actual, `shape ${shape} of ${JSON.stringify(caller.user)}`).toEqual(expected)
    }
  }
}, 120_000)

interface Outcome {
  readonly read: readonly string[]
  readonly update: readonly string[]
  readonly delete: readonly string[]
  readonly create: readonly boolean[]
}

async function byStatements(tx: Tx, definition: Definition, caller: CallerScope): Promise<Outcome> {
  const session = new RowSession({
    definition,
    runner: transactionRunner(tx, engines.plain),
    asker: caller,
    inTransaction: true,
  })
  const ids = async (action: 'read' | 'update' | 'delete'): Promise<string[]> => {
    const scope = scopePart(session.scope(action), 's')
    const values: Record<string, unknown> = {}
    scope.put(values)
    const rows = await session.run(
      `${action} ${scope.shape}`,
      () => sql`select ${docs.id} from ${docs} where ${allOfThem(scope.where(docs))} order by 1`,
      values,
    )
    return Array.from({ length: rows.length }, (_, row) => rows.text(row, 0)!)
  }
  const created: boolean[] = []
  for (const values of candidates)
    created.push(await succeeds(tx, async () => insertRow(session, values, definition.all)))
  return { create: created, read: await ids('read'), update: await ids('update'), delete: await ids('delete') }
}

async function byPolicies(tx: Tx): Promise<Outcome> {
  const created: boolean[] = []
  for (const values of candidates)
    created.push(await succeeds(tx, (inner) => inner.insert(docs).values(values as typeof docs.$inferInsert)))
  const id = { id: docs.id }
  const listed = (rows: readonly { readonly id: string }[]): string[] => rows.map((row) => row.id).sort()
  const read = listed(await tx.select(id).from(docs))
  const updated = listed(
    await tx
      .update(docs)
      .set({ level: sql`${docs.level}` })
      .returning(id),
  )
  return { create: created, read, update: updated, delete: listed(await tx.delete(docs).returning(id)) }
}

/** Undone in any case. */
async function succeeds(tx: Tx, work: (inner: Tx) => Promise<unknown>): Promise<boolean> {
  let done = false
  await tx
    .transaction(async (inner) => {
      await work(inner)
      done = true
      throw new Error('undone')
    })
    .catch(() => undefined)
  return done
}

type Tx = Transaction<typeof schema>

async function inTransaction<T>(
  engine: 'secured' | 'plain',
  claims: string | undefined,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const open = await openTransaction(engines[engine], 'BEGIN', { claims })
  try {
    return await work(open.tx)
  } finally {
    await open.rollback()
  }
}

async function install(statements: readonly string[]): Promise<void> {
  await admin.query(`
    drop schema if exists ashlar cascade;
    do $$ declare each text; begin
      for each in select policyname from pg_policies where tablename = 'docs' loop execute format('drop policy %I on docs', each); end loop;
    end $$`)
  for (const statement of statements) await admin.query(statement)
}

function callerOf(user: Member | undefined): CallerScope {
  const caller = user && { user, by: undefined }
  return {
    user,
    requestId: 'test',
    operation: 'test',
    whenKnown: () => undefined,
    scopeOf: (rule, custom) => scopeOf(rule, { caller, custom, askedBy: undefined }),
  }
}

function randomMember(next: Random): Member {
  return {
    id: pick(next, users),
    roles: next(2) === 0 ? ['editor'] : [],
    scopes: next(2) === 0 ? ['docs'] : [],
    permissions: next(2) === 0 ? ['write'] : [],
    ...(next(4) > 0 && { tenantId: next(3) }),
    teams: teamIds.filter(() => next(2) === 0),
  }
}

function randomDoc(title: string, ids: readonly string[]): Record<string, unknown> {
  return {
    title,
    level: random(6),
    published: random(2) === 0,
    ownerId: pick(random, users),
    tenantId: random(3),
    teamId: random(4) === 0 ? null : pick(random, ids),
  }
}

async function seed(): Promise<string[]> {
  return plain.run(async (tx) => {
    const made = await tx
      .insert(teams)
      .values(users.map((leadId) => ({ name: `of ${leadId}`, leadId })))
      .returning()
    const ids = made.map(({ id }) => id)
    const rows = Array.from({ length: ROWS }, (_, index) => randomDoc(`doc ${index}`, ids))
    await tx.insert(docs).values(rows as (typeof docs.$inferInsert)[])
    return ids
  })
}

function engineOf(of: Database<typeof schema>): Promise<Engine<typeof schema>> {
  return of.engine.resolve({ log: undefined } as never) as Promise<Engine<typeof schema>>
}
