import { afterAll, expect, test } from 'vitest'
import { openFullstack, PASSWORD, type FrontEnd } from './fullstack.ts'

const api = await openFullstack()
afterAll(() => api[Symbol.asyncDispose]())

const superuser = await api.superuser()
const idOf = async (frontEnd: FrontEnd) => ((await frontEnd.get('/users/me')).json as { id: string }).id

test('superusers list users in pages; others see themselves', async () => {
  const [ada, bob] = [await api.person('ada@example.com'), await api.person('bob@example.com')]
  expect((await superuser.get('/users/?skip=0&limit=1')).json).toEqual({
    data: [(await bob.get('/users/me')).json],
    count: 3,
  })
  expect((await ada.get('/users/')).status).toBe(403)
  expect((await ada.get(`/users/${await idOf(ada)}`)).status).toBe(200)
  expect((await ada.get(`/users/${await idOf(bob)}`)).status).toBe(403)
  expect((await superuser.get(`/users/${await idOf(bob)}`)).status).toBe(200)
})

test('whom a superuser makes can log in', async () => {
  const body = { email: 'made@example.com', password: PASSWORD, is_superuser: true, full_name: null }
  const made = await superuser.post('/users/', body)
  expect(made).toMatchObject({ status: 200, json: { email: 'made@example.com', is_superuser: true, is_active: true } })
  const { frontEnd } = await api.visitor.logIn('made@example.com')
  expect((await frontEnd.get('/users/')).status).toBe(200)
})

test('who is made inactive is out at once, and in again when active', async () => {
  const eve = await api.person('eve@example.com')
  const path = `/users/${await idOf(eve)}`
  expect((await superuser.patch(path, { is_active: false })).json).toMatchObject({ is_active: false })
  expect((await eve.get('/users/me')).status).toBe(401)
  expect(await api.visitor.logIn('eve@example.com')).toMatchObject({ status: 400, json: { detail: 'Inactive user' } })
  await superuser.patch(path, { is_active: true })
  expect((await api.visitor.logIn('eve@example.com')).status).toBe(200)
})

test('rights that are given or taken hold for no token of before', async () => {
  const dan = await api.person('dan@example.com')
  const path = `/users/${await idOf(dan)}`
  expect((await superuser.patch(path, { is_superuser: true })).json).toMatchObject({ is_superuser: true })
  expect((await dan.get('/users/me')).status).toBe(401)
  const { frontEnd } = await api.visitor.logIn('dan@example.com')
  expect((await frontEnd.get('/users/')).status).toBe(200)
  await superuser.patch(path, { is_superuser: false })
  expect((await frontEnd.get('/users/')).status).toBe(401)
})

test('another password set by a superuser ends what was logged in', async () => {
  const fay = await api.person('fay@example.com')
  const password = 'eleven geese cross the river'
  expect((await superuser.patch(`/users/${await idOf(fay)}`, { password })).status).toBe(200)
  expect((await fay.get('/users/me')).status).toBe(401)
  expect((await api.visitor.logIn('fay@example.com', password)).status).toBe(200)
})

test('superusers delete others, and not themselves', async () => {
  const gus = await api.person('gus@example.com')
  const path = `/users/${await idOf(gus)}`
  expect((await superuser.delete(path)).json).toEqual({ message: 'User deleted successfully' })
  expect((await gus.get('/users/me')).status).toBe(401)
  expect((await superuser.delete(path)).status).toBe(404)
  const own = `/users/${await idOf(superuser)}`
  for (const answer of [
    superuser.delete(own),
    superuser.delete('/users/me'),
    superuser.patch(own, { is_active: false }),
  ])
    expect((await answer).status).toBe(403)
})
