import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client, operationMapOf } from '../client/index.ts'
import { dependency } from '../core/dependency.ts'
import { provide } from '../core/override.ts'
import { clock, database, notesApp } from './test/notes-app.ts'
import { testApp, type TestApp } from './test-app.ts'

let t: TestApp<typeof notesApp.api>
beforeAll(async () => {
  t = await testApp(notesApp)
})
afterAll(() => t.stop())

const ada = { id: 'ada', name: 'Ada' }

async function status(path: string, init?: Parameters<typeof t.fetch>[1]): Promise<number> {
  return (await t.fetch(path, init)).status
}

describe('a test app', () => {
  test('answers in process, whatever the host the app is served as', async () => {
    expect(await (await t.fetch('/api/time')).json()).toBe('real')
  })

  test('has a typed client in process', async () => {
    expect(await t.client.time()).toBe('real')
    expect(await t.client.me.safe()).toMatchObject({ ok: false, error: { status: 401 } })
  })

  test('answers over a real socket', async () => {
    await using own = await t.with({})
    const { url } = await own.listen()
    expect(await (await fetch(`${url}/api/time`)).json()).toBe('real')
  })

  test('says what went wrong as a test needs it, and documents itself as it is served', () => {
    expect(t.app.definition.environment).toBe('test')
    expect(t.app.openapi().components).toEqual(notesApp.openapi().components)
    expect(t.app.openapi().paths).toEqual(notesApp.openapi().paths)
  })
})

test('a failure has its cause in a test, although nothing of it is sent', async () => {
  const mistake = new Error('a mistake in the app')
  const failing = dependency({ scope: 'app' }, () => ({
    now: (): never => {
      throw mistake
    },
  }))
  await using own = await t.with({ provide: [provide(clock, failing)] })
  await expect(own.client.time()).rejects.toMatchObject({ status: 500, cause: mistake })
  const { url } = await own.listen()
  const served = await client<typeof notesApp.api>(url, { operations: operationMapOf(notesApp.api) }).time.safe()
  expect(served).toMatchObject({ ok: false, error: { status: 500 } })
  expect(served.ok || served.error.cause).toBeUndefined()
  expect(JSON.stringify(served)).not.toContain('mistake')
})

describe('its database', () => {
  test('is migrated, and another test app has another one', async () => {
    await using other = await testApp(notesApp)
    expect(await status('/api/notes', { method: 'POST', json: { title: 'mine' } })).toBe(204)
    expect(await (await t.fetch('/api/notes')).json()).toEqual(['mine'])
    expect(await (await other.fetch('/api/notes')).json()).toEqual([])
  })

  test('is the one of mounted apps, and of work outside requests', async () => {
    await using own = await testApp(notesApp)
    await own.run({ tx: database.transaction }, async ({ tx }) => {
      await tx.execute("INSERT INTO notes (title) VALUES ('one'), ('two')")
    })
    expect(await (await own.fetch('/admin/count', { as: { id: 1, roles: ['staff'] } })).json()).toBe(2)
  })

  test('is not the declared one, which is not even connected', () => {
    expect(() => database.url).toThrow('not connected')
  })

  test('is removed by stop()', async () => {
    const own = await testApp(notesApp)
    const name = await currentDatabase(own)
    await own.stop()
    expect(name).toMatch(/^ashlar_test_/)
    expect(await databasesNamed(name)).toBe(0)
  })
})

describe('its callers', () => {
  test('have a typed client each', async () => {
    const [first, second] = [t.as(ada), t.as({ id: 'bob', roles: ['staff'] })]
    expect([await first.me(), await second.me()]).toEqual(['user ada', 'user bob'])
    expect(await second.staff()).toBe('welcome')
    await expect(first.staff()).rejects.toMatchObject({ status: 403 })
  })

  test('are believed without credentials, also by rules bound to authenticators of their own', async () => {
    expect(await (await t.fetch('/api/me', { as: ada })).json()).toBe('user ada')
    expect(await (await t.fetch('/api/author', { as: ada })).json()).toBe('Ada')
  })

  test('still have to satisfy the rules', async () => {
    expect(await status('/api/staff', { as: ada })).toBe(403)
    expect(await status('/api/staff', { as: { ...ada, roles: ['staff'] } })).toBe(200)
  })

  test('are nobody where the test names nobody, or sends credentials', async () => {
    expect(await status('/api/me')).toBe(401)
    expect(await status('/api/me', { headers: { authorization: 'Bearer x' } })).toBe(401)
    expect(await status('/api/me', { headers: { 'x-ashlar-test-caller': 'ada' } })).toBe(401)
  })

  test('are unknown to the app that is served, and to other test apps', async () => {
    await using other = await testApp(notesApp)
    let sent: Request | undefined
    await using spying = await t.with({
      middleware: [
        (request, next) => {
          sent = new Request('http://localhost/api/me', {
            headers: { 'x-ashlar-test-caller': request.header('x-ashlar-test-caller')! },
          })
          return next()
        },
      ],
    })
    expect((await spying.fetch('/api/me', { as: ada })).status).toBe(200)
    expect((await other.app.fetch(sent!)).status).toBe(401)
  })
})

describe('stand-ins', () => {
  const frozen = provide(
    clock,
    dependency({ scope: 'app' }, () => ({ now: () => 'frozen' })),
  )

  test('replace a dependency in this test app, and nowhere else', async () => {
    await using own = await testApp(notesApp, { provide: [frozen] })
    expect(await (await own.fetch('/api/time')).json()).toBe('frozen')
    expect(await (await t.fetch('/api/time')).json()).toBe('real')
  })

  test('can be added on the same database, and are gone with that app', async () => {
    const own = await t.with({ provide: [frozen] })
    expect(await (await own.fetch('/api/time')).json()).toBe('frozen')
    expect(await currentDatabase(own)).toBe(await currentDatabase(t))
    await own.stop()
    expect(await (await t.fetch('/api/time')).json()).toBe('real')
    expect(await status('/api/notes')).toBe(200)
  })

  test('that fail to start are told, and leave no database behind', async () => {
    let name: unknown
    const failing = dependency({ scope: 'app', uses: { db: database.drizzle } }, async ({ db }): Promise<never> => {
      name = (await db.execute('SELECT current_database() AS name')).rows[0]?.['name']
      throw new Error('no clock here')
    })
    await expect(testApp(notesApp, { provide: [provide(clock, failing)] })).rejects.toThrow('no clock here')
    expect(name).toMatch(/^ashlar_test_/)
    expect(await databasesNamed(name)).toBe(0)
  })
})

async function currentDatabase(app: typeof t): Promise<unknown> {
  const { rows } = await app.run({ tx: database.transaction }, ({ tx }) =>
    tx.execute('SELECT current_database() AS name'),
  )
  return rows[0]?.['name']
}

async function databasesNamed(name: unknown): Promise<number> {
  const { rows } = await t.run({ tx: database.transaction }, ({ tx }) =>
    tx.execute(sql`SELECT FROM pg_database WHERE datname = ${name}`),
  )
  return rows.length
}
