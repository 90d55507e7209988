import { expect, test } from 'vitest'
import { databasesOf } from '../src/cli/db/app-database.ts'
import { checkMigrations } from '../src/data/migrations/check.ts'
import { app as conduit } from './conduit/src/app.ts'
import { app as fullstack } from './fullstack/src/app.ts'
import { app as quickstart } from './quickstart/app.ts'
import { app as shop } from './shop/src/app.ts'

test.each([
  ['quickstart', quickstart],
  ['conduit', conduit],
  ['shop', shop],
  ['fullstack', fullstack],
])('the migrations of %s make its tables, and none would stop a running app', async (_, app) => {
  const [database] = databasesOf(app)
  const { differences, findings } = await checkMigrations({ database: database! })
  expect(differences).toEqual([])
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
})
