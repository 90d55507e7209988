import { afterAll, expect, test } from 'vitest'
import { allOf, authenticated, owner, role, tenant, through, type AccessRule } from '../../core/access/index.ts'
import { database, type Database } from '../database.ts'
import type { DrizzleSchema } from '../drizzle.ts'
import { checkMigrations } from '../migrations/check.ts'
import { makeMigration } from '../migrations/make.ts'
import { openWorkshop } from '../migrations/make.fixture.ts'
import { migrate } from '../migrations/migrate.ts'
import { repository } from '../repository/repository.ts'
import { docs, schema } from './rls.fixture.ts'

const shop = await openWorkshop()
afterAll(() => shop.end())

function declaredWith(read: AccessRule, rls = true): Database<DrizzleSchema> {
  const declared = database<DrizzleSchema>({
    schema,
    url: shop.url,
    migrations: shop.folder,
    migrate: 'manual',
    rls: true,
  })
  repository(docs, { database: declared, rls, access: { read, create: authenticated } })
  return declared
}

async function make(declared: Database<DrizzleSchema>, name: string): Promise<string> {
  const made = await makeMigration({ database: declared, name, decisions: { allowDestructive: true } })
  expect(made.remaining).toEqual([])
  expect(made.findings.filter(({ severity }) => severity === 'error')).toEqual([])
  await migrate(shop.url, shop.folder)
  expect((await checkMigrations({ database: declared, url: shop.url })).differences).toEqual([])
  return shop.text(made.files)
}

test('a migration makes the policies of what is declared, follows when rules change, and takes them away again', async () => {
  const first = await make(declaredWith(through('team', owner('leadId'))), 'first')
  expect(first).toContain('CREATE POLICY ashlar_select')
  expect(first).toContain('FORCE ROW LEVEL SECURITY')
  expect(first).toContain('docs_through_team')
  const changed = declaredWith(
    allOf(
      role('editor'),
      tenant('tenantId', (user) => user.id),
    ),
  )
  expect((await checkMigrations({ database: changed })).differences).not.toEqual([])
  const second = await make(changed, 'second')
  expect(second).toContain('docs.tenant(tenantId)')
  expect(second).toContain('DROP ROUTINE ashlar.docs_through_team')
  expect(second).not.toContain('ashlar_insert')
  const third = await make(declaredWith(authenticated, false), 'third')
  expect(third).toContain('DROP POLICY ashlar_select')
  expect(third).toContain('DISABLE ROW LEVEL SECURITY')
})
