import { afterAll, expect, test } from 'vitest'
import { accountsApp, users } from '../../accounts.fixture.ts'

const app = await accountsApp()
afterAll(() => app.stop())

interface Administrator {
  readonly id: string
  readonly headers: Readonly<Record<string, string>>
}
const administrator = async (): Promise<Administrator> => {
  const { id, email } = await app.register({ roles: ['admin'] })
  return { id, headers: (await app.logIn(email)).headers }
}
const send = (method: string, path: string, { headers }: Administrator, json?: unknown) =>
  app.t.fetch(`/auth/${path}`, { method, headers, ...(json !== undefined && { json }) })

const WAYS: readonly (readonly [string, (by: Administrator, other: Administrator) => Promise<Response>])[] = [
  ['take the role from each other', (by, other) => send('PUT', `admin/users/${other.id}/roles`, by, { roles: [] })],
  ['disable each other', (by, other) => send('POST', `admin/users/${other.id}/disable`, by)],
  ['delete themselves', (by) => send('DELETE', 'me', by)],
]

test.each(WAYS)('of two administrators who %s at once, one is left', async (_, leave) => {
  let pair = [await administrator(), await administrator()] as const
  for (let round = 0; round < 4; round += 1) {
    const [first, second] = pair
    const answered = await Promise.all([leave(first, second), leave(second, first)])
    // Who comes later is refused, or nobody any more: never is it a failure.
    expect(answered.filter(({ ok }) => ok)).toHaveLength(1)
    expect(answered.every(({ status }) => status < 500)).toBe(true)
    const left = await Promise.all(pair.map((each) => send('GET', 'admin/users', each)))
    const still = left.findIndex(({ ok }) => ok)
    expect(still).toBeGreaterThanOrEqual(0)
    pair = [pair[still]!, await administrator()]
  }
  // The next way begins without them.
  await app.t.run({ tx: app.auth.core.database.transaction }, async ({ tx }) => {
    await tx.update(users).set({ roles: [] })
  })
})

test('who may not administer any more acts as nobody else', async () => {
  const [chief, helper] = [await administrator(), await administrator()]
  const user = await app.register()
  const impersonate = (delivery: string) =>
    send('POST', `admin/users/${user.id}/impersonate`, helper, { reason: 'ticket 43', delivery })
  const session = (await impersonate('session')).headers.getSetCookie().map((cookie) => cookie.split(';')[0])
  const { accessToken } = (await (await impersonate('tokens')).json()) as { readonly accessToken: string }
  const own = (await app.logIn(user.email)).headers
  const me = async (headers: Readonly<Record<string, string>>) => (await app.t.fetch('/auth/me', { headers })).status
  const acting = [{ cookie: session.join('; ') }, { authorization: `Bearer ${accessToken}` }]
  expect(await Promise.all(acting.map(me))).toEqual([200, 200])
  expect((await send('PUT', `admin/users/${helper.id}/roles`, chief, { roles: [] })).status).toBe(200)
  expect(await Promise.all(acting.map(me))).toEqual([401, 401])
  expect(await me(own)).toBe(200)
})
