import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { database } from '../../data/index.ts'
import { createTestDatabase } from '../../data/test-database.ts'
import { connected } from '../db/app-database.ts'
import { app } from '../test/apps/roles/app.ts'
import { appFile, runCommand } from '../test/command.ts'
import { explanationOf } from './explain-access.ts'

const file = appFile('roles/app.ts')

const lines = (output: string): readonly string[] => output.split('\n').slice(0, -1)

describe('ashlar access', () => {
  test('says what each operation is to each role', async () => {
    const { code, output } = await runCommand(['access', file])
    expect(code).toBe(0)
    expect(lines(output)).toEqual([
      'OPERATION      anonymous  authenticated        admin        editor               permission notes:delete',
      'posts.list     some rows  own rows             own rows     yes                  own rows',
      'posts.read     some rows  own rows             own rows     yes                  own rows',
      'posts.create   no         yes                  yes          yes                  yes',
      'posts.update   no         own rows             own rows     yes                  own rows',
      'posts.delete   no         no                   own rows     no                   no',
      'posts.restore  no         no                   own rows     no                   no',
      'notes.read     no         rule short, author?  yes          rule short, author?  rule short, author?',
      'notes.shorten  no         rule short?          rule short?  rule short?          rule short?',
      'notes.remove   no         no                   no           no                   yes',
      'health         anyone     anyone               anyone       anyone               anyone',
      'export         no         no                   yes          no                   no',
    ])
  })

  test('knows what a role carries', async () => {
    const flags = ['--role', 'editor,guest', '--roles', 'guest', '--grant', 'editor=notes:delete']
    const { output } = await runCommand(['access', file, '--operation', 'notes.rem*,export', ...flags, '--json'])
    expect(JSON.parse(output)).toEqual([
      {
        operation: 'notes.remove',
        method: 'DELETE',
        path: '/api/notes/:slug',
        access: 'allOf(authenticated, permission(notes:delete))',
        callers: { editor: 'yes', guest: 'no' },
      },
      {
        operation: 'export',
        method: 'GET',
        path: '/api/export',
        access: 'allOf(role(admin), scope(export))',
        callers: { editor: 'no', guest: 'no' },
      },
    ])
    const limited = await runCommand(['access', file, '--operation', 'export', '--role', 'admin', '--scopes', 'read'])
    expect(lines(limited.output)).toEqual(['OPERATION  admin', 'export     no'])
  })

  test('knows what restricted credentials may: what their scopes open', async () => {
    const row = async (scopes: string): Promise<unknown> => {
      const flags = ['--operation', 'posts.list,posts.create,export', '--role', 'admin', '--scopes', scopes, '--json']
      const { output } = await runCommand(['access', file, ...flags])
      return (JSON.parse(output) as { callers: { admin: string } }[]).map(({ callers }) => callers.admin)
    }
    expect(await row('read')).toEqual(['own rows', 'no', 'no'])
    expect(await row('export')).toEqual(['no', 'no', 'yes'])
    expect(await row('read,write')).toEqual(['own rows', 'yes', 'no'])
  })

  test('says what there is where a name is not', async () => {
    const operation = await runCommand(['access', file, '--operation', 'post.*'])
    expect(operation.code).toBe(1)
    expect(operation.output).toContain('No operation is called post.*.\nThere are: posts.list, posts.read')
    const role = await runCommand(['access', file, '--role', 'editr'])
    expect(role.code).toBe(1)
    expect(role.output).toContain('No rule names the role "editr".\nThere are: anonymous, authenticated, admin, editor')
    expect((await runCommand(['access', file, '--grant', 'editor'])).output).toContain(
      'Write role=permission,permission',
    )
  })
})

describe('ashlar access explain', () => {
  let own: Awaited<ReturnType<typeof createTestDatabase>>
  beforeAll(async () => {
    own = await createTestDatabase(database())
    await runCommand(['migrate', file], { env: { DATABASE_URL: own.url } })
  })
  beforeEach(() => void vi.stubEnv('DATABASE_URL', own.url))
  afterEach(() => void vi.unstubAllEnvs())
  afterAll(() => own.drop())

  const explain = (...args: readonly string[]): ReturnType<typeof runCommand> =>
    runCommand(['access', 'explain', ...args, '--app', file], { env: { DATABASE_URL: own.url } })

  test('draws the rules, and names the one that decides', async () => {
    const { code, output } = await explain('{"id":"bob","roles":["writer"]}', 'posts.update', '2')
    expect(code).toBe(2)
    expect(lines(output)).toEqual([
      'bob (the role writer): posts.update (PATCH /api/posts/:id), 2',
      '403: the caller is known, and may not.',
      'Decided by the rule of the operation: anyOf(owner(authorId), role(editor))',
      '',
      '  ✗ operation: anyOf',
      '    ✗ owner(authorId): the row\'s authorId is "ada", the caller\'s is "bob"',
      "    ✗ role(editor): the caller's roles are writer",
      '  ✓ read: anyOf',
      '    ✓ published: the row is one',
      '    ✗ owner(authorId): the row\'s authorId is "ada", the caller\'s is "bob"',
      "    ✗ role(editor): the caller's roles are writer",
    ])
  })

  test.each([
    ['{"id":"ada"}', 'posts.update', '1', 'allowed', 'Allowed.'],
    ['{"id":"bob"}', 'posts.update', '1', 'refused', '404: for this caller the row is not there.'],
    ['{"id":"bob"}', 'posts.read', '1', 'refused', '404: for this caller the row is not there.'],
    ['{"id":"bob"}', 'posts.read', '2', 'allowed', 'Allowed.'],
    ['anonymous', 'posts.read', '2', 'allowed', 'Allowed.'],
    ['anonymous', 'posts.read', '1', 'refused', '404: for this caller the row is not there.'],
    ['anonymous', 'posts.update', '2', 'refused', '401: nobody is known, and somebody must be.'],
    ['{"id":"ada"}', 'posts.delete', '1', 'refused', '403: the caller is known, and may not.'],
    ['{"id":"ada"}', 'posts.read', '9', 'refused', '404: there is no row with this key.'],
    ['{"id":"ada"}', 'posts.read', '3', 'refused', '404: the row is deleted softly.'],
    ['{"id":"ada","roles":["admin"]}', 'posts.restore', '3', 'allowed', 'Allowed.'],
    ['{"id":"ada","roles":["admin"]}', 'posts.restore', '1', 'refused', '404: the row is not deleted.'],
    ['role:editor', 'posts.update', '1', 'allowed', 'Allowed.'],
  ])('%s, %s %s', async (user, operation, id, ...[outcome, words]) => {
    const { verdict } = await explanationOf(app, { user, operation, id })
    expect(verdict).toMatchObject({ outcome, words })
  })

  test.each([
    ['{"id":"bob"}', 'posts.list', 'allowed', 'Allowed, for the rows that remain.'],
    ['{"id":"bob"}', 'posts.update', 'depends', 'Allowed, for the rows that remain.'],
    ['role:admin', 'export', 'allowed', 'Allowed.'],
    ['anonymous', 'health', 'allowed', 'Allowed.'],
    ['role:editor', 'notes.remove', 'refused', '403: the caller is known, and may not.'],
    ['role:editor', 'notes.shorten', 'depends', 'Undecided: only code can say.'],
    ['{"id":1,"roles":["admin"],"restricted":true,"scopes":["export"]}', 'export', 'allowed', 'Allowed.'],
    [
      '{"id":1,"restricted":true,"scopes":["read"]}',
      'posts.create',
      'refused',
      '403: the credentials are restricted, and none of their scopes opens the operation.',
    ],
  ])('without a row: %s, %s', async (user, operation, outcome, words) => {
    const { verdict } = await explanationOf(app, { user, operation, id: undefined })
    expect(verdict).toMatchObject({ outcome, words })
  })

  test('asks rules of your own where what they look at is there, and starts the app only where it is told to', async () => {
    const asked = async (id: string, operation: string, slug: string, start = false): Promise<unknown> =>
      (await explanationOf(app, { user: JSON.stringify({ id }), operation, id: slug }, { start })).verdict
    expect(await asked('ada', 'notes.shorten', 'hello')).toMatchObject({ outcome: 'allowed' })
    expect(await asked('ada', 'notes.shorten', 'hello-world')).toMatchObject({
      outcome: 'refused',
      steps: [{}, { rule: 'operation: short', because: 'its code says no' }],
    })
    expect(JSON.stringify(await asked('ada', 'notes.read', 'hello'))).toContain(
      '"rule":"author","outcome":"unknown","because":"it uses authors; with --start the app is started and it is asked"',
    )
    expect(await asked('ada', 'notes.read', 'hello', true)).toMatchObject({ outcome: 'allowed' })
    expect(await asked('bob', 'notes.read', 'hello', true)).toMatchObject({ outcome: 'refused', status: 403 })
  })

  test('gives the same as JSON', async () => {
    const { code, output } = await explain('role:guest', 'export', '--json')
    expect(code).toBe(2)
    expect(JSON.parse(output)).toEqual({
      user: 'a caller with the role guest',
      operation: 'export',
      outcome: 'refused',
      status: 403,
      words: '403: the caller is known, and may not.',
      decidedBy: 'the rule of the operation: allOf(role(admin), scope(export))',
      steps: [
        {
          rule: 'operation: allOf',
          outcome: 'no',
          steps: [
            { rule: 'role(admin)', outcome: 'no', because: "the caller's roles are guest" },
            { rule: 'scope(export)', outcome: 'yes' },
          ],
        },
      ],
      notes: [],
    })
  })

  test.each([
    ['{"id"', 'health', undefined, 'The user is not JSON.'],
    ['{"name":"ada"}', 'health', undefined, 'The user has no id'],
    ['{"id":1,"roles":"admin"}', 'health', undefined, "The user's roles are no list of texts."],
    ['ada', 'health', undefined, 'the app has no accounts to look it up in'],
    ['anonymous', 'posts.*', undefined, 'posts.* is more than one operation.'],
    ['anonymous', 'posts.read', '1/2', 'The id has 2 values, and the path 1: id'],
    ['anonymous', 'posts.read', 'one', '"one" is no key of posts.'],
    ['anonymous', 'health', '1', 'health has no parameter in its path'],
  ])('says what is wrong with the question: %s %s %s', async (user, operation, id, message) => {
    await expect(explanationOf(app, { user, operation, id })).rejects.toThrow(message)
  })
})

describe('an app with accounts', () => {
  const withAccounts = appFile('accounts.ts')

  test('says what its roles carry', async () => {
    const { output } = await runCommand(['access', withAccounts])
    expect(lines(output)).toEqual([
      'OPERATION  anonymous  authenticated           editor                  admin',
      'publish    no         no                      yes                     yes',
      'close      no         no                      no                      yes',
      'erase      no         rule recent(300, otp)?  rule recent(300, otp)?  rule recent(300, otp)?',
    ])
  })

  test('looks a user up by their id or address, and says what it does not know of them', async () => {
    const own = await createTestDatabase(database())
    const [id, nobody] = ['018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000002']
    await connected(own.url, async (client) => {
      await client.query('create table users (id uuid primary key, email text not null, roles text[] not null)')
      await client.query('insert into users values ($1, $2, $3)', [id, 'ada@example.com', ['editor']])
    })
    const explain = (user: string, operation: string): ReturnType<typeof runCommand> =>
      runCommand(['access', 'explain', user, operation, '--app', withAccounts], { env: { DATABASE_URL: own.url } })
    expect((await explain(id, 'publish')).output).toContain(
      `${id} (the role editor): publish (POST /publish)\nAllowed.`,
    )
    expect((await explain('Ada@example.com', 'publish')).output).toContain(`${id} (the role editor): publish`)
    expect((await explain(id, 'close')).output).toContain("the caller's permissions are posts:*")
    const undecided = await explain(id, 'erase')
    expect(undecided.code).toBe(3)
    expect(undecided.output).toContain("it reads the caller's authenticatedAt, methods, which JSON can give")
    expect((await explain(nobody, 'close')).output).toContain(`There is no user with the id ${nobody}.`)
    expect((await explain('ada', 'close')).output).toContain('There is no user with the id ada.')
    expect((await explain('eva@example.com', 'close')).output).toContain('with the e-mail address eva@example.com.')
    await own.drop()
  })
})
