import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { removeExpired } from './clean-up.ts'
import { sessionsApp } from './sessions.fixture.ts'

let app: Awaited<ReturnType<typeof sessionsApp>>
beforeAll(async () => {
  app = await sessionsApp()
})
afterAll(() => app?.t.stop())

const cleanUp = () =>
  app.t.run({ engine: app.core.database.engine }, ({ engine }) => removeExpired(engine.drizzle, app.core))

test('what has expired is removed, in batches, and what holds or is in use stays', async () => {
  const id = await app.user('ada@example.com')
  const { body: live } = await app.logIn('ada@example.com', 'session')
  const { body: quiet } = await app.logIn('ada@example.com', 'tokens')
  await app.query(
    sql`update auth_sessions set last_seen_at = now() - interval '20 days' where id = ${quiet['sessionId']}`,
  )
  const insert = (kind: string, seen: string, ends: string, count: number) =>
    app.query(sql`insert into auth_sessions (id, user_id, kind, last_seen_at, expires_at)
      select gen_random_uuid(), ${id}, ${kind}, now() + ${seen}::interval, now() + ${ends}::interval from generate_series(1, ${count})`)
  await insert('refresh', '0', '-1 second', 2100)
  await insert('cookie', '-15 days', '1 day', 10)
  await app.query(sql`insert into auth_one_time_tokens (hash, purpose, expires_at) values
    ('old', 'reset', now() - interval '1 second'), ('new', 'reset', now() + interval '1 minute')`)
  await cleanUp()
  const left = await app.query<{ id: string }>(sql`select id from auth_sessions`)
  expect(new Set(left.map((row) => row.id))).toEqual(new Set([live['sessionId'], quiet['sessionId']]))
  expect(await app.query(sql`select hash from auth_one_time_tokens`)).toEqual([{ hash: 'new' }])
})

test('events are removed when they are older than they are kept, in batches, and nothing is where the oldest is younger', async () => {
  const insert = (age: string, count: number) =>
    app.query(
      sql`insert into auth_events (at, event) select now() - ${age}::interval, ${age} from generate_series(1, ${count})`,
    )
  const left = async () =>
    (
      await app.query<{ event: string }>(
        sql`select distinct event from auth_events where event like '% days' order by event`,
      )
    ).map(({ event }) => event)
  await app.query(sql`delete from auth_events`)
  await insert('366 days', 2100)
  await insert('364 days', 10)
  await insert('2 days', 1)
  await cleanUp()
  expect(await left()).toEqual(['2 days', '364 days'])
  await app.t.run({ engine: app.core.database.engine }, ({ engine }) =>
    removeExpired(engine.drizzle, { ...app.core, options: { ...app.core.options, eventsKeptDays: 30 } }),
  )
  expect(await left()).toEqual(['2 days'])
})
