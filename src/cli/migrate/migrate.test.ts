import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { database } from '../../data/database.ts'
import { createTestDatabase, embeddedTestServer, type TestDatabase, type TestServer } from '../../data/test-database.ts'
import { runCommand } from '../test/command.ts'

let project: string
let server: TestServer
let own: TestDatabase<Record<string, never>>

beforeEach(async () => {
  project = mkdtempSync(join(tmpdir(), 'ashlar-migrate-'))
  mkdirSync(join(project, 'node_modules'))
  // The app imports this very framework, and finds its packages.
  for (const name of ['drizzle-orm', 'zod', 'pg'])
    symlinkSync(join(process.cwd(), 'node_modules', name), join(project, 'node_modules', name))
  symlinkSync(process.cwd(), join(project, 'node_modules', 'ashlar'))
  writeFileSync(join(project, 'package.json'), '{ "name": "migrating", "type": "module" }')
  server = await embeddedTestServer({})
  own = await createTestDatabase(database({ url: server.url }))
})
afterEach(async () => {
  await own.drop()
  await server.leave()
  rmSync(project, { recursive: true, force: true })
})

/** An app whose table `users` has these columns. */
function writeApp(columns: string): void {
  writeFileSync(
    join(project, 'app.ts'),
    `import { createApp, router } from 'ashlar'
import { database } from 'ashlar/data'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
const users = pgTable('users', { id: integer().primaryKey(), ${columns} })
export const app = createApp({
  title: 'Migrating', version: '1.0.0', api: router('/', {}),
  database: database({ schema: { users }, migrations: new URL('migrations', import.meta.url), migrate: 'manual' }),
})
`,
  )
}

/** Where the throw-away databases are is said, so that the project needs no server of its own. */
function migrate(...args: string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  return runCommand(['migrate', ...args], {
    cwd: project,
    env: { DATABASE_URL: own.url, ASHLAR_SCRATCH_URL: server.url },
  })
}

const files = (): readonly string[] => readdirSync(join(project, 'migrations')).toSorted()

describe('ashlar migrate', () => {
  test('makes, applies, checks and takes back', async () => {
    writeApp('name: text()')
    expect(await migrate('make', 'create users')).toMatchObject({
      code: 0,
      output: expect.stringContaining('0001_create_users.sql') as string,
    })
    expect(await migrate('check')).toMatchObject({
      code: 1,
      output: expect.stringContaining('the migration 0001_create_users.sql is not applied') as string,
    })
    expect((await migrate('check', '--no-live')).code).toBe(0)
    expect((await migrate()).output).toContain('applied\n  0001_create_users.sql')
    expect(await migrate('check')).toEqual({
      code: 0,
      output: 'database: the migrations agree with the tables in code.\n',
    })
    expect((await migrate('make', 'again')).output).toBe(
      'database: nothing to make, the migrations agree with the tables.\n',
    )
    writeApp('name: text(), bio: text()')
    expect(await migrate('check')).toMatchObject({
      code: 1,
      output: expect.stringContaining('column users.bio is missing') as string,
    })
    expect((await migrate('undo')).output).toContain('took back\n  0001_create_users.sql')
  })

  test('writes nothing that has to be decided first, and names the flags; with one of them it goes on', async () => {
    writeApp('name: text()')
    await migrate('app.ts', 'make', 'create_users')
    writeApp("name: text('full_name')")
    const { code, output } = await migrate('app.ts', 'make', 'names')
    expect(code).toBe(2)
    expect(output).toContain('    --rename users.name=users.full_name\n    --drop users.name\nNothing was written.')
    expect(files()).toEqual(['0001_create_users.sql'])
    expect((await migrate('app.ts', 'make', 'names', '--rename', 'users.name=users.full_name')).code).toBe(0)
    expect(files()).toEqual(['0001_create_users.sql', '0002_names.sql'])
  })

  test('prints what the linter says of what it wrote', async () => {
    writeApp('age: integer()')
    await migrate('make', 'create_users')
    writeApp('age: text()')
    const { code, output } = await migrate('make', 'ages', '--convert', 'users.age')
    expect(code).toBe(0)
    expect(output).toMatch(/0002_ages\.sql:\d+:\d+ error column-type-rewrite/)
  })

  test.each([
    [['make'], 'A migration needs a name'],
    [['make', 'a', 'b'], 'What "b" means is not clear'],
    [['status', 'app.ts'], 'Write the file before the action'],
    [['make', 'a', '--rename', 'users'], 'Write it as old=new'],
    [['undo', '--to', 'last'], 'It is the number of a migration'],
  ])('teaches: %j', async (args, text) => {
    writeApp('name: text()')
    const { code, output } = await migrate(...args)
    expect(code).toBe(1)
    expect(output).toContain(text)
  })
})
