import { database } from '../../database.ts'
import { afterAll, expect, test } from 'vitest'
import { openWorkshop } from '../../migrations/make.fixture.ts'
import { auditTrail } from '../audit-trail.ts'

const shop = await openWorkshop()
afterAll(() => shop.end())

test('ashlar migrate make creates the trail, and finds nothing to change then', async () => {
  const made = await shop.make({ auditTrail })
  const text = shop.text(made.files)
  expect(text).toContain('CREATE TABLE ashlar_audit')
  expect(text).toContain('GENERATED ALWAYS AS IDENTITY')
  expect(await shop.query('select indexname from pg_indexes order by 1')).toEqual(
    expect.arrayContaining([{ indexname: 'ashlar_audit_actor' }, { indexname: 'ashlar_audit_row' }]),
  )
  expect((await shop.make({ auditTrail })).files).toEqual([])
})

test('a trail that the server holds to adding refuses all else', async () => {
  const db = database({ url: shop.url, schema: { auditTrail } })
  await shop.query(APPEND_ONLY)
  await db.start()
  try {
    await db.run(async (tx) => {
      await tx.insert(auditTrail).values({ action: 'create', tableName: 'x' })
    })
    const refused = { cause: { message: 'ashlar_audit is only added to' } }
    await expect(db.run((tx) => tx.update(auditTrail).set({ actor: 'nobody' }))).rejects.toMatchObject(refused)
    await expect(db.run((tx) => tx.delete(auditTrail))).rejects.toMatchObject(refused)
    await expect(db.run((tx) => tx.execute('truncate ashlar_audit'))).rejects.toMatchObject(refused)
    expect(await db.run((tx) => tx.select({ actor: auditTrail.actor }).from(auditTrail))).toEqual([{ actor: null }])
  } finally {
    await db.stop()
  }
})

/** As docs/rows.md has it. */
const APPEND_ONLY = `
create function ashlar_audit_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'ashlar_audit is only added to';
end $$;
create trigger ashlar_audit_append_only before update or delete or truncate on ashlar_audit
  for each statement execute function ashlar_audit_append_only();`
