import { afterAll, expect, test } from 'vitest'
import { openFullstack } from './fullstack.ts'

const api = await openFullstack()
afterAll(() => api[Symbol.asyncDispose]())

const [ada, bob, superuser] = [
  await api.person('ada@example.com'),
  await api.person('bob@example.com'),
  await api.superuser(),
]
const { id: adaId } = (await ada.get('/users/me')).json as { id: string }
const { json: item } = await ada.post('/items/', { title: 'Lamp', description: 'For nights' })
const { id } = item as { id: string }

test('an item belongs to who makes it, whatever is sent', async () => {
  const made = await bob.post('/items/', { title: 'Theirs', owner_id: adaId })
  expect(made.json).toEqual({
    id: expect.any(String) as string,
    title: 'Theirs',
    description: null,
    owner_id: ((await bob.get('/users/me')).json as { id: string }).id,
    created_at: expect.any(String) as string,
  })
})

test('everybody lists their own, and a superuser all, in pages', async () => {
  expect((await ada.get('/items/?skip=0&limit=5')).json).toEqual({ data: [item], count: 1 })
  expect((await superuser.get('/items/')).json).toMatchObject({ data: [{ title: 'Theirs' }, item], count: 2 })
  expect((await superuser.get('/items/?skip=1&limit=1')).json).toEqual({ data: [item], count: 2 })
  expect((await superuser.get('/items/?limit=-1')).status).toBe(422)
})

test("another's item is not there", async () => {
  const attempts = [bob.get(`/items/${id}`), bob.put(`/items/${id}`, { title: 'Mine now' }), bob.delete(`/items/${id}`)]
  for (const answer of await Promise.all(attempts)) expect(answer.status).toBe(404)
  expect(await ada.get(`/items/${id}`)).toEqual({ status: 200, json: item })
})

test('owners and superusers change and delete; what is absent stays', async () => {
  const changed = await ada.put(`/items/${id}`, { title: 'Lantern' })
  expect(changed).toMatchObject({ status: 200, json: { title: 'Lantern', description: 'For nights', owner_id: adaId } })
  expect((await superuser.put(`/items/${id}`, { description: null })).json).toMatchObject({
    title: 'Lantern',
    description: null,
  })
  expect((await ada.put(`/items/${id}`, { title: '' })).status).toBe(422)
  expect(await ada.delete(`/items/${id}`)).toEqual({
    status: 200,
    json: { message: 'Item deleted successfully' },
  })
  expect((await ada.get(`/items/${id}`)).status).toBe(404)
})

test('with a user go their items', async () => {
  const before = (await superuser.get('/items/')).json as { count: number }
  expect((await bob.delete('/users/me')).status).toBe(200)
  expect((await superuser.get('/items/')).json).toMatchObject({ count: before.count - 1 })
})
