import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { route } from '../../../core/route.ts'
import { router } from '../../../core/router.ts'
import { accountsApp } from '../../accounts.fixture.ts'

const app = await accountsApp(
  { roles: { editor: ['posts:*'], admin: ['*'] } },
  {
    api: ({ access }) => ({
      posts: router('/posts', {
        write: route.post('/', { access: access.permission('posts:write') }, () => {}),
        publish: route.post('/publish', { access: access.scope('posts:publish') }, () => {}),
        pay: route.post('/pay', { access: access.recent(60) }, () => {}),
        own: route.get(
          '/organisation',
          { access: access.authenticated, response: z.object({ id: z.string(), permissions: z.array(z.string()) }) },
          ({ user }) => ({ id: user.organisation!.id, permissions: [...user.organisation!.permissions] }),
        ),
        plain: route.post('/plain', { access: access.authenticated }, () => {}),
      }),
    }),
  },
)
afterAll(() => app.stop())

const status = async (path: string, as: { readonly id: string }) =>
  (await app.t.fetch(path, { method: 'POST', as })).status

test('a test names a user by the id, and operations of accounts see somebody who has just logged in', async () => {
  const { id } = await app.register()
  const ada = app.t.as({ id })
  expect((await ada.auth.updateMe({ body: { name: 'Ada King' } })).name).toBe('Ada King')
  expect(await ada.auth.me()).toMatchObject({
    name: 'Ada King',
    permissions: [],
    session: { id: null, via: 'session', methods: ['pwd'], scopes: ['*'], organisation: null },
  })
  expect((await ada.auth.sessions()).length).toBe(0)
  await ada.auth.deleteMe({})
  await expect(ada.auth.me()).rejects.toMatchObject({ status: 404 })
})

test('roles have the permissions that the app gives them', async () => {
  const { id } = await app.register()
  expect(await status('/posts', { id, roles: ['editor'] } as { id: string })).toBe(204)
  expect(await status('/posts', { id })).toBe(403)
  const { items } = await app.t.as({ id, roles: ['admin'] }).auth.admin.list()
  expect(items.map((user) => user.id)).toContain(id)
})

test('rules about the credentials hold as after a log-in, and what the test says stands', async () => {
  const id = 'somebody'
  const as = (said: object) => ({ id, ...said })
  expect(await status('/posts/publish', as({}))).toBe(204)
  expect(await status('/posts/pay', as({}))).toBe(204)
  expect(await status('/posts/pay', as({ authenticatedAt: 0 }))).toBe(401)
  expect(await status('/posts/publish', as({ scopes: ['posts:publish'] }))).toBe(204)
  expect(await status('/posts/plain', as({ scopes: ['posts:publish'] }))).toBe(403)
  expect(await status('/posts', as({ roles: ['editor'], permissions: [] }))).toBe(403)
})

test('so does the organisation', async () => {
  const chosen = async (organisation: object) =>
    (await app.t.fetch('/posts/organisation', { as: { id: 'somebody', organisation } })).json()
  expect(await chosen({ id: 'acme', roles: ['owner'] })).toEqual({ id: 'acme', permissions: [] })
  expect(await chosen({ id: 'acme', permissions: ['a:b'] })).toEqual({ id: 'acme', permissions: ['a:b'] })
})
