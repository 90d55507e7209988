import { expect, test } from 'vitest'
import { createApp } from '../app/create-app.ts'
import { mount } from '../app/mount.ts'
import { bearer } from '../auth/index.ts'
import { accessFor, anyone } from '../core/access/index.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import { testApp } from '../testing/index.ts'
import { rateLimit } from './index.ts'

const tokens = bearer({ verify: (token) => (token === 'right' ? { id: 1 } : undefined) })
const { authenticated } = accessFor(tokens)

test('a limit by address counts whoever tries credentials, by whatever method', async () => {
  const limit = rateLimit({ max: 3, windowSeconds: 60, by: 'address' })
  const mine = route.get('/mine', { access: authenticated, limit }, () => undefined)
  const api = router('/', { mine })
  await using t = await testApp(createApp({ title: 'T', version: '1', auth: [tokens], api }))
  const tried = async (method: string, token: string): Promise<number> =>
    (await t.fetch('/mine', { method, headers: { authorization: `Bearer ${token}` } })).status
  expect(await tried('OPTIONS', 'wrong')).toBe(401)
  expect(await tried('HEAD', 'wrong')).toBe(401)
  const options = await t.fetch('/mine', { method: 'OPTIONS', headers: { authorization: 'Bearer right' } })
  expect([options.status, options.headers.get('ratelimit')]).toEqual([204, expect.stringContaining('r=0')])
  const refused = await t.fetch('/mine', { method: 'OPTIONS', headers: { authorization: 'Bearer right' } })
  expect([refused.status, refused.headers.has('retry-after'), refused.headers.has('ratelimit')]).toEqual([
    429,
    true,
    true,
  ])
  expect(await tried('GET', 'right')).toBe(429)
})

test('a limit of the app is one of its operations, and not of what is mounted beside them', async () => {
  const limit = rateLimit({ max: 1, windowSeconds: 60, by: 'address' })
  const page = mount('/page', { access: anyone, fetch: () => new Response('page') })
  await using t = await testApp(createApp({ title: 'T', version: '1', limit, api: router('/', {}), mounts: [page] }))
  for (let turn = 0; turn < 3; turn += 1) expect((await t.fetch('/page')).status).toBe(200)
})
