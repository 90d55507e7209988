import { Buffer } from 'node:buffer'
import { argon2Sync, randomBytes } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterAll, expect, test } from 'vitest'
import { route } from 'ashlar'
import { anyone } from 'ashlar/access'
import { z } from 'zod'
import { accountsApp, PASSWORD } from '../../src/auth/accounts.fixture.ts'

const PINGS = 50

const app = await accountsApp(
  {},
  {
    api: (_, db) => ({
      ping: route.get(
        '/ping',
        { access: anyone, uses: { tx: db.transaction }, response: z.object({ one: z.int() }) },
        async ({ tx }) => {
          const { rows } = await tx.execute<{ one: number }>('select 1 as one')
          return { one: rows[0]!.one }
        },
      ),
    }),
  },
)
afterAll(() => app.stop())
const { authCredentials } = app.auth.core.tables

const stored = (id: string) =>
  app.t.run({ tx: app.db.transaction }, async ({ tx }) => {
    const [row] = await tx.select().from(authCredentials).where(eq(authCredentials.userId, id))
    return row!.passwordHash
  })

const store = (id: string, passwordHash: string) =>
  app.t.run({ tx: app.db.transaction }, ({ tx }) =>
    tx.update(authCredentials).set({ passwordHash }).where(eq(authCredentials.userId, id)),
  )

/** As another library, or an older cost, has made it. */
function hashOf(password: string, { memory, passes }: { readonly memory: number; readonly passes: number }): string {
  const nonce = randomBytes(16)
  const message = Buffer.from(password)
  const hash = argon2Sync('argon2id', { message, nonce, memory, passes, parallelism: 1, tagLength: 32 })
  const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
  return `$argon2id$v=19$m=${memory},t=${passes},p=1$${base64(nonce)}$${base64(hash)}`
}

test('a password is stored as Argon2id at no less than 19 MiB and two passes, salted for each account', async () => {
  const [one, two] = [await app.register(), await app.register()]
  const hashes = [await stored(one.id), await stored(two.id)]
  for (const hash of hashes) {
    const [, algorithm, version, cost] = hash!.split('$')
    expect([algorithm, version]).toEqual(['argon2id', 'v=19'])
    const [m, t] = cost!.split(',').map((part) => Number(part.slice(2)))
    expect(m).toBeGreaterThanOrEqual(19_456)
    expect(t).toBeGreaterThanOrEqual(2)
  }
  expect(hashes[0]).not.toBe(hashes[1])
})

test('a hash of a lower cost is made anew by the next log-in, and only by one with the right password', async () => {
  const { id, email } = await app.register()
  const weak = hashOf(PASSWORD, { memory: 4096, passes: 1 })
  await store(id, weak)
  expect((await app.post('/auth/login', { email, password: 'not the password at all' })).status).toBe(401)
  expect(await stored(id)).toBe(weak)
  // Also where many log in at once: the one that comes second finds another hash of the same password.
  const statuses = await Promise.all(
    Array.from({ length: 6 }, async () => (await app.post('/auth/login', { email, password: PASSWORD })).status),
  )
  expect(statuses).toEqual([200, 200, 200, 200, 200, 200])
  expect(await stored(id)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  const upgraded = await stored(id)
  expect((await app.post('/auth/login', { email, password: PASSWORD })).status).toBe(200)
  expect(await stored(id)).toBe(upgraded)
})

test('a hash of a higher cost stays', async () => {
  const { id, email } = await app.register()
  const strong = hashOf(PASSWORD, { memory: 32_768, passes: 3 })
  await store(id, strong)
  expect((await app.post('/auth/login', { email, password: PASSWORD })).status).toBe(200)
  expect(await stored(id)).toBe(strong)
})

test('of 500 log-ins at once those that cannot wait are told so, and others are served meanwhile on a bounded memory', async () => {
  const emails = await Promise.all(Array.from({ length: 10 }, async () => (await app.register()).email))
  const { url } = await app.t.listen()
  const before = process.memoryUsage.rss()
  const logIn = { underWay: true }
  const logIns = Promise.all(
    Array.from({ length: 500 }, async (_, index) => {
      const response = await fetch(new URL('/auth/login', url), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: emails[index % emails.length], password: PASSWORD }),
      })
      await response.arrayBuffer()
      return { status: response.status, retryAfter: response.headers.get('retry-after') }
    }),
  ).finally(() => {
    logIn.underWay = false
  })
  // None of the log-ins that wait for their turn keeps a connection from these.
  const pings: number[] = []
  while (logIn.underWay && pings.length < PINGS) {
    const response = await fetch(new URL('/ping', url))
    await response.arrayBuffer()
    if (logIn.underWay) pings.push(response.status)
  }
  const answers = await logIns
  const refused = answers.filter(({ status }) => status === 503)
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(100)
  expect(refused.length).toBeGreaterThan(0)
  expect(refused.every(({ retryAfter }) => retryAfter !== null)).toBe(true)
  expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([])
  expect(pings).toEqual(Array.from({ length: PINGS }, () => 200))
  // 500 runs of 19 MiB at once would be 9.5 GiB.
  expect(process.memoryUsage.rss() - before).toBeLessThan(400 * 1024 * 1024)
}, 120_000)
