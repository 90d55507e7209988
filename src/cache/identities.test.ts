import { dependency, route } from 'ashlar'
import { cache } from 'ashlar/cache'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { accountsApp, type AccountsApp } from '../auth/accounts.fixture.ts'
import { apiKeys } from '../auth/api-keys/api-keys.ts'
import { orgTables, ROLES } from '../auth/organisations/organisations.fixture.ts'
import { organisations } from '../auth/organisations/organisations.ts'

const runs = new Map<string, number>()
let app: AccountsApp

beforeAll(async () => {
  app = await accountsApp(
    { organisations: { tables: orgTables, roles: ROLES }, roles: { admin: ['*'] } },
    {
      schema: orgTables,
      api: (auth) => {
        const access = auth.access.optionallyAuthenticated
        // Who calls is what a dependency says, and no input of the operation.
        const identity = dependency({ access }, ({ user }) => user)
        const shown = { access, cache: cache({ ttlSeconds: 600 }), response: z.array(z.string()), uses: { identity } }
        return {
          orgs: organisations(auth).api,
          keys: apiKeys(auth, { scopes: { read: 'Read' } }),
          who: route.get('/who', shown, ({ identity: user }) => {
            const who = [user?.id, user?.via, user?.scopes.join(' '), user?.impersonatedBy, user?.organisation?.id]
            const text = who.map((each) => String(each ?? '-'))
            runs.set(text.join(), (runs.get(text.join()) ?? 0) + 1)
            return text
          }),
        }
      },
    },
  )
})
afterAll(() => app?.stop())

test('whoever asks, and by whatever credentials, is sent the answer that was made for them', async () => {
  const [ada, bob, admin] = await Promise.all([app.register(), app.register(), app.register({ roles: ['admin'] })])
  const bearer = async (path: string, by: string, json: unknown, field: string): Promise<string> => {
    const answer = await app.post(path, json, { authorization: `Bearer ${by}` })
    expect([path, answer.ok]).toEqual([path, true])
    return ((await answer.json()) as Record<string, string>)[field]!
  }
  const [adas, bobs, admins] = await Promise.all(
    [ada, bob, admin].map(async ({ email }) => (await app.logIn(email)).accessToken),
  )
  const key = await bearer('/auth/keys', adas!, { name: 'all' }, 'key')
  const limited = await bearer('/auth/keys', adas!, { name: 'some', scopes: ['read'] }, 'key')
  const acting = await bearer(
    `/auth/admin/users/${ada.id}/impersonate`,
    admins!,
    { reason: 'a test', delivery: 'tokens' },
    'accessToken',
  )
  const team = await bearer('/organisations', bobs!, { name: 'Team', slug: 'team' }, 'id')
  const member = await bearer(
    `/organisations/${team}/switch`,
    (await app.logIn(bob.email)).accessToken,
    {},
    'accessToken',
  )
  const cookie = await app.cookieOf(bob.email)
  const all: [headers: Record<string, string>, is: readonly string[]][] = [
    [{}, ['-', '-', '-', '-', '-']],
    [{ authorization: `Bearer ${adas}` }, [ada.id, 'token', '*', '-', '-']],
    [{ authorization: `Bearer ${bobs}` }, [bob.id, 'token', '*', '-', '-']],
    [{ cookie }, [bob.id, 'session', '*', '-', '-']],
    [{ authorization: `Bearer ${member}` }, [bob.id, 'token', '*', '-', team]],
    [{ authorization: `Bearer ${key}` }, [ada.id, 'api-key', '*', '-', '-']],
    [{ authorization: `Bearer ${limited}` }, [ada.id, 'api-key', 'read', '-', '-']],
    [{ authorization: `Bearer ${acting}` }, [ada.id, 'token', '*', admin.id, '-']],
  ]
  for (const round of [1, 2])
    for (const [headers, is] of all) {
      const answer = await app.t.fetch('/who', { headers })
      expect([round, answer.status, await answer.json()]).toEqual([round, 200, is])
      expect(answer.headers.get('cache-control')).toBe('private, no-cache')
    }
  expect([...new Set(runs.values())]).toEqual([1])
})
