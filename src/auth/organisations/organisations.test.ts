import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { PASSWORD } from '../accounts.fixture.ts'
import { call, organisationsApp, type Person } from './organisations.fixture.ts'

let app: Awaited<ReturnType<typeof organisationsApp>>
beforeAll(async () => {
  app = await organisationsApp({ maxPerUser: 3 })
})
afterAll(() => app?.stop())

const owners = (id: string) =>
  app.rows(`select user_id from organisation_members where organisation_id = '${id}' and 'owner' = any(roles)`)

describe('an organisation', () => {
  test('belongs to who makes it, and is listed and read by its members alone', async () => {
    const [ada, bob] = [await app.person(), await app.person()]
    const made = await ada.call('POST', '/organisations', { name: ' Acme ', slug: 'acme' })
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'Acme', slug: 'acme', roles: ['owner'], permissions: ['*'], current: false },
    })
    const { id } = made.body
    await ada.switch(id)
    expect((await ada.call('GET', '/organisations')).body).toMatchObject([{ id, current: true }])
    expect((await ada.call('GET', `/organisations/${id}`)).body).toMatchObject({ slug: 'acme' })
    expect((await ada.call('GET', '/auth/me')).body.session).toMatchObject({ organisation: { id, roles: ['owner'] } })
    expect((await bob.call('GET', '/organisations')).body).toEqual([])
    for (const [method, path, json] of [
      ['GET', ''],
      ['PATCH', '', { name: 'Mine' }],
      ['DELETE', ''],
      ['GET', '/members'],
      ['GET', '/invitations'],
      ['POST', '/invitations', { email: bob.email, roles: ['owner'] }],
      ['PUT', `/members/${ada.id}/roles`, { roles: ['guest'] }],
      ['DELETE', `/members/${ada.id}`],
      ['POST', '/switch'],
      ['POST', '/leave'],
    ] as const)
      expect((await bob.call(method, `/organisations/${id}${path}`, json)).status, `${method} ${path}`).toBe(404)
    expect(await owners(id)).toEqual([{ user_id: ada.id }])
  })

  test('has a slug of its own, and as many as a user may have', async () => {
    const eve = await app.person()
    await eve.found('one')
    const taken = await eve.call('POST', '/organisations', { name: 'One', slug: 'one' })
    expect(taken).toMatchObject({ status: 409, body: { code: 'unique_violation' } })
    for (const slug of ['', 'A', '-a', 'a-', 'a_b', 'a.b', 'ä', 'a'.repeat(64)])
      expect((await eve.call('POST', '/organisations', { name: 'x', slug })).status, slug).toBe(422)
    const more = Array.from({ length: 5 }, (_, each) =>
      eve.call('POST', '/organisations', { name: 'More', slug: `more-${each}` }),
    )
    const statuses = (await Promise.all(more)).map(({ status }) => status).toSorted((a, b) => a - b)
    expect(statuses).toEqual([201, 201, 409, 409, 409])
  })

  test('is changed by who may', async () => {
    const [ada, bob] = [await app.person(), await app.person()]
    const id = await ada.found('changed')
    await app.join(id, ada, bob)
    expect((await bob.call('PATCH', `/organisations/${id}`, { name: 'Bob' })).status).toBe(403)
    const changed = await ada.call('PATCH', `/organisations/${id}`, { name: 'New', slug: 'changed-2' })
    expect(changed).toMatchObject({ status: 200, body: { id, name: 'New', slug: 'changed-2' } })
    expect((await ada.call('PATCH', `/organisations/${id}`, { slug: 'acme' })).status).toBe(409)
  })

  test('is gone for everybody at once when it is removed, with what refers to it', async () => {
    const [ada, bob] = [await app.person(), await app.person()]
    const id = await ada.found('gone')
    await app.join(id, ada, bob)
    await bob.switch(id)
    expect((await bob.call('POST', '/notes', { text: 'ours' })).status).toBe(201)
    expect((await bob.call('DELETE', `/organisations/${id}`)).status).toBe(403)
    expect((await ada.call('DELETE', `/organisations/${id}`)).status).toBe(204)
    expect((await bob.call('GET', '/notes')).status).toBe(401)
    await bob.logIn()
    expect((await bob.call('GET', '/organisations')).body).toEqual([])
    expect(await app.rows(`select id from notes where organisation_id = '${id}'`)).toEqual([])
  })
})

describe('an invitation', () => {
  test('is accepted by the account whose confirmed address it names, and by nobody else', async () => {
    const [ada, bob, eve] = [await app.person(), await app.person(), await app.person()]
    const id = await ada.found('invited')
    const path = `/organisations/${id}/invitations`
    const invited = await ada.call('POST', path, { email: bob.email.toUpperCase(), roles: ['member'] })
    expect(invited).toMatchObject({ status: 201, body: { email: bob.email, roles: ['member'], invitedBy: ada.id } })
    const message = await app.outbox.next(bob.email)
    expect(message.subject).toContain('INVITED')
    const token = /token=([\w-]{43})/.exec(message.text)![1]!
    expect(JSON.stringify(invited.body)).not.toContain(token)
    expect((await ada.call('GET', path)).body).toMatchObject([{ email: bob.email }])
    const accept = (who: Person) => who.call('POST', '/organisations/invitations/accept', { token })
    expect((await accept(eve)).status).toBe(403)
    await app.rows(`update users set email_verified_at = null where id = '${bob.id}' returning id`)
    expect((await accept(bob)).status).toBe(403)
    await app.rows(`update users set email_verified_at = now() where id = '${bob.id}' returning id`)
    const answers = await Promise.all([accept(bob), accept(bob), accept(bob)])
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400, 400])
    expect((await accept(eve)).status).toBe(400)
    expect((await bob.call('GET', '/organisations')).body).toMatchObject([{ id, roles: ['member'] }])
    expect((await ada.call('GET', path)).body).toEqual([])
    const again = await ada.call('POST', path, { email: bob.email, roles: ['owner'] })
    expect(again.status).toBe(409)
  })

  test('is answered alike whether the address is known', async () => {
    const [ada, bob] = [await app.person(), await app.person()]
    const id = await ada.found('alike')
    const path = `/organisations/${id}/invitations`
    const known = await ada.call('POST', path, { email: bob.email, roles: ['guest'] })
    const unknown = await ada.call('POST', path, { email: 'nobody@example.com', roles: ['guest'] })
    const shape = ({ status, body }: typeof known) => [status, Object.keys(body), body.roles]
    expect(shape(unknown)).toEqual(shape(known))
    expect((await app.outbox.next('nobody@example.com')).subject).toContain('ALIKE')
  })

  test('opens nothing once it is withdrawn, sent again or expired', async () => {
    const [ada, bob] = [await app.person(), await app.person()]
    const id = await ada.found('withdrawn')
    const path = `/organisations/${id}/invitations`
    const invite = async () => {
      const { body } = await ada.call('POST', path, { email: bob.email, roles: ['member'] })
      return { id: body.id as string, token: await app.outbox.token(bob.email) }
    }
    const accept = async (token: string) =>
      (await bob.call('POST', '/organisations/invitations/accept', { token })).status
    const [first, second] = [await invite(), await invite()]
    expect(await accept(first.token)).toBe(400)
    expect((await ada.call('DELETE', `${path}/${second.id}`)).status).toBe(204)
    expect(await accept(second.token)).toBe(400)
    const third = await invite()
    await app.rows(`update organisation_invitations set expires_at = now() where id = '${third.id}' returning id`)
    expect(await accept(third.token)).toBe(400)
    expect((await ada.call('GET', path)).body).toEqual([])
    expect(await accept((await invite()).token)).toBe(200)
  })

  test('gives no more than who invites may', async () => {
    const [ada, bob] = [await app.person(), await app.person()]
    const id = await ada.found('escalation')
    await app.join(id, ada, bob, ['manager'])
    const path = `/organisations/${id}`
    for (const [method, below, json] of [
      ['POST', '/invitations', { email: 'x@example.com', roles: ['owner'] }],
      ['PUT', `/members/${bob.id}/roles`, { roles: ['owner'] }],
      ['PUT', `/members/${ada.id}/roles`, { roles: ['guest'] }],
      ['DELETE', `/members/${ada.id}`, undefined],
    ] as const)
      expect((await bob.call(method, path + below, json)).status, `${method} ${below}`).toBe(403)
    expect((await bob.call('POST', `${path}/invitations`, { email: 'x@example.com', roles: ['member'] })).status).toBe(
      201,
    )
    const unknown = await ada.call('POST', `${path}/invitations`, { email: 'y@example.com', roles: ['admin'] })
    expect(unknown.status).toBe(422)
  })
})

describe('membership', () => {
  test('ends at once where a member is removed, with token, cookie and key, on every process', async () => {
    const [ada, bob] = [await app.person(), await app.person()]
    const id = await ada.found('removed')
    await app.join(id, ada, bob)
    await bob.switch(id)
    const key = (await bob.call('POST', '/auth/keys', { name: 'ci' })).body.key as string
    const cookie = await app.cookieOf(bob.email)
    const switched = await app.post(`/organisations/${id}/switch`, undefined, {
      cookie,
      origin: 'http://localhost:3000',
    })
    const session = switched.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ')
    await bob.call('POST', '/notes', { text: 'ours' })
    const other = await app.t.with({})
    const list = (at: typeof other, headers: Record<string, string>) => at.fetch('/notes', { headers })
    const counts = async (headers: Record<string, string>) => {
      const found: unknown[] = []
      for (const at of [app.t, other]) {
        const response = await list(at, headers)
        found.push(
          response.status === 200 ? ((await response.json()) as { items: unknown[] }).items.length : response.status,
        )
      }
      return found
    }
    const bearer = { authorization: `Bearer ${bob.token}` }
    const [byKey, bySession] = [{ 'x-api-key': key }, { cookie: session }]
    for (const headers of [bearer, byKey, bySession]) expect(await counts(headers)).toEqual([1, 1])
    expect((await ada.call('DELETE', `/organisations/${id}/members/${bob.id}`)).status).toBe(204)
    expect((await list(app.t, bearer)).status).toBe(401)
    await vi.waitFor(async () => expect(await counts(bearer)).toEqual([401, 401]))
    await vi.waitFor(async () => expect(await counts(byKey)).toEqual([0, 0]))
    await vi.waitFor(async () => expect(await counts(bySession)).toEqual([0, 0]))
    await bob.logIn()
    expect((await bob.call('POST', `/organisations/${id}/switch`)).status).toBe(404)
  })

  test('has other rights at once where roles are changed, and a refreshed token has them', async () => {
    const [ada, bob] = [await app.person(), await app.person()]
    const id = await ada.found('demoted')
    await app.join(id, ada, bob)
    const tokens = await app.logIn(bob.email)
    const { body } = await call(app.t, {
      method: 'POST',
      path: `/organisations/${id}/switch`,
      token: tokens.accessToken,
    })
    const write = (token: string) => call(app.t, { method: 'POST', path: '/notes', json: { text: 'x' }, token })
    expect((await write(body.accessToken)).status).toBe(201)
    const path = `/organisations/${id}/members/${bob.id}/roles`
    expect((await ada.call('PUT', path, { roles: ['guest'] })).status).toBe(204)
    expect((await write(body.accessToken)).status).toBe(401)
    const { body: refreshed } = await call(app.t, {
      method: 'POST',
      path: '/auth/refresh',
      json: { refreshToken: body.refreshToken },
    })
    expect((await write(refreshed.accessToken)).status).toBe(403)
    const listed = await call(app.t, { method: 'GET', path: '/notes', token: refreshed.accessToken })
    expect(listed.body.items).toHaveLength(1)
  })

  test('keeps an owner, whoever leaves, is removed or takes the role from themselves', async () => {
    const ada = await app.person()
    const id = await ada.found('owners')
    const path = `/organisations/${id}`
    for (const [method, below, json] of [
      ['POST', '/leave', undefined],
      ['DELETE', `/members/${ada.id}`, undefined],
      ['PUT', `/members/${ada.id}/roles`, { roles: ['member'] }],
    ] as const)
      expect((await ada.call(method, path + below, json)).status, below).toBe(409)
    expect(await owners(id)).toHaveLength(1)
  })

  test('keeps an owner also where the last two leave at once', async () => {
    const people = [await app.person(), await app.person()]
    const ids = await app.rows(`insert into organisations (id, name, slug)
      select gen_random_uuid(), 'Pair', 'pair-' || n from generate_series(1, 12) n returning id`)
    await app.rows(`insert into organisation_members (organisation_id, user_id, roles)
      select o.id, u.id, '{owner}' from organisations o, users u
      where o.name = 'Pair' and u.id in (${people.map(({ id }) => `'${id}'`).join(', ')}) returning user_id`)
    // By keys: they are as good after the others have left.
    const keys = await Promise.all(
      people.map(async (each) => (await each.call('POST', '/auth/keys', { name: 'x' })).body.key as string),
    )
    for (const { id } of ids) {
      const leaving = people.map((each, at) =>
        each.call('POST', `/organisations/${String(id)}/leave`, undefined, keys[at]),
      )
      const statuses = (await Promise.all(leaving)).map(({ status }) => status)
      expect(new Set(statuses)).toEqual(new Set([204, 409]))
      expect(await owners(String(id))).toHaveLength(1)
    }
  })

  test('keeps an owner also where their account is deleted', async () => {
    const [ada, bob] = [await app.person(), await app.person()]
    const id = await ada.found('deleted')
    const alone = await ada.call('DELETE', '/auth/me', { password: PASSWORD })
    expect(alone).toMatchObject({ status: 409, body: { detail: expect.stringContaining('"deleted"') } })
    await app.join(id, ada, bob, ['owner'])
    const both = await Promise.all([ada, bob].map((each) => each.call('DELETE', '/auth/me', { password: PASSWORD })))
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([204, 409]))
    expect(await owners(id)).toHaveLength(1)
  })

  test('is listed page by page', async () => {
    const [ada, bob] = [await app.person(), await app.person()]
    const id = await ada.found('pages')
    await app.join(id, ada, bob)
    const first = await bob.call('GET', `/organisations/${id}/members?limit=1`)
    expect(first.body).toMatchObject({ items: [{ userId: ada.id, email: ada.email, roles: ['owner'] }], next: ada.id })
    const second = await bob.call('GET', `/organisations/${id}/members?limit=1&after=${ada.id}`)
    expect(second.body).toMatchObject({ items: [{ userId: bob.id, roles: ['member'] }], next: null })
  })
})

describe('a session', () => {
  test('is in one organisation, and its credentials are new ones when that is another', async () => {
    const ada = await app.person()
    const tokens = await app.logIn(ada.email)
    const one = await ada.found('first')
    const before = ada.token
    const two = await ada.found('second')
    expect((await ada.call('GET', '/auth/me', undefined, before)).status).toBe(401)
    expect((await ada.call('GET', '/auth/me')).body.session.organisation.id).toBe(two)
    const off = await ada.call('DELETE', '/organisations/current')
    expect(off.status).toBe(200)
    ada.token = off.body.accessToken
    expect((await ada.call('GET', '/auth/me')).body.session.organisation).toBeNull()
    await ada.switch(one)
    // The other session has chosen none all the while.
    const other = await ada.call('GET', '/auth/me', undefined, tokens.accessToken)
    expect(other.body.session.organisation).toBeNull()
  })

  test('is no older and no younger for it', async () => {
    const ada = await app.person()
    const { body: before } = await ada.call('GET', '/auth/me')
    await ada.found('age')
    const { body: after } = await ada.call('GET', '/auth/me')
    expect(after.session.authenticatedAt).toBe(before.session.authenticatedAt)
    expect(after.session.methods).toEqual(before.session.methods)
  })

  test('is not chosen with a key', async () => {
    const ada = await app.person()
    const id = await ada.found('by-key')
    const { key } = (await ada.call('POST', '/auth/keys', { name: 'x' })).body
    expect((await ada.call('POST', `/organisations/${id}/switch`, undefined, key)).status).toBe(403)
  })
})

test('roles in an organisation are none in the app: its owner administers nobody else', async () => {
  const ada = await app.person()
  await ada.found('not-the-app')
  const { body } = await ada.call('GET', '/auth/me')
  expect(body).toMatchObject({ roles: [], permissions: [] })
  expect((await ada.call('GET', '/auth/admin/users')).status).toBe(403)
})
