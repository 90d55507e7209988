import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { anyone, optionallyAuthenticated, rule } from '../core/access/index.ts'
import { currentRequest } from '../core/builtin.ts'
import { dependency } from '../core/dependency.ts'
import type { HandlerContext, Operation } from '../core/operation.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import { createApp } from '../app/create-app.ts'
import { asking } from './asked.fixture.ts'
import { cache } from './cache.ts'
import { passed } from './passed.fixture.ts'

const open = { access: anyone, cache: cache({ ttlSeconds: 60 }), response: z.array(z.string()) }
type Reads = (request: HandlerContext['request']) => readonly (string | undefined)[]

const reading = (reads: Reads): Operation =>
  route.get('/', open, ({ request }) => reads(request).map((text) => text ?? 'none'))

describe('an answer made of what its key does not have is not kept', () => {
  test.each<[what: string, reads: Reads, asks: readonly (readonly [path: string, headers?: Record<string, string>])[]]>(
    [
      [
        'the header x-team',
        (request) => [request.header('X-Team')],
        [['/', { 'x-team': 'a' }], ['/', { 'x-team': 'b' }], ['/']],
      ],
      ['the header x-team', (request) => request.headerValues('x-team'), [['/'], ['/', { 'x-team': 'b' }]]],
      [
        'the cookie theme',
        (request) => [request.cookie('theme')],
        [
          ['/', { cookie: 'theme=a' }],
          ['/', { cookie: 'theme=b' }],
        ],
      ],
      ['the query parameter for', (request) => request.queryValues('for'), [['/?for=a'], ['/?for=b']]],
      ['the query as it was sent', (request) => [request.search], [['/'], ['/?a'], ['/?b']]],
    ],
  )('%s', async (what, reads, asks) => {
    const { ask, warned } = await asking(reading(reads))
    const own = createApp({
      title: 'Test',
      version: '1.0.0',
      environment: 'test',
      api: router('/', { read: { ...reading(reads), cache: undefined } as never }),
    })
    for (const [path, headers = {}] of asks) {
      const uncached = await (await own.fetch(new Request(`http://localhost${path}`, { headers }))).json()
      expect(await ask(path, headers)).toEqual(uncached)
    }
    expect(warned).toMatchObject([
      { fields: { operation: 'read', reads: [what] }, message: expect.stringContaining('was not cached') },
    ])
    await own.stop()
  })

  test("the client's address", async () => {
    let runs = 0
    const { ask, warned } = await asking(reading((request) => [request.address, String(++runs)]))
    await ask()
    await ask()
    expect([runs, warned]).toMatchObject([2, [{ fields: { operation: 'read', reads: ["the client's address"] } }]])
  })

  test('also where a dependency reads it', async () => {
    const language = dependency({ uses: { head: currentRequest } }, ({ head }) => head.header('accept-language') ?? '-')
    const greeting = dependency({ uses: { language } }, async ({ language }) => Promise.resolve(`in ${language}`))
    const { ask, warned } = await asking(
      route.get('/', { ...open, uses: { greeting } }, (context) => [context.greeting]),
    )
    for (const each of ['de', 'fr', 'de']) expect(await ask('/', { 'accept-language': each })).toEqual([`in ${each}`])
    expect(warned).toHaveLength(1)
  })

  test('also where a rule has asked the dependency before', async () => {
    const team = dependency({ uses: { head: currentRequest } }, ({ head }) => head.header('x-team') ?? '-')
    const ofTeam = rule({ name: 'ofTeam', uses: { team } }, (context) => context.team !== '-')
    const { ask } = await asking(
      route.get('/', { ...open, access: ofTeam, uses: { team } }, (context) => [context.team]),
    )
    for (const name of ['a', 'b']) expect(await ask('/', { authorization: 'alice', 'x-team': name })).toEqual([name])
  })

  test('also where it is made anew after the response', async () => {
    let reads = false
    const { ask, warned } = await asking(
      route.get('/', { ...open, cache: cache({ ttlSeconds: 0.001, staleSeconds: 60 }) }, ({ request }) => [
        reads ? request.header('x-team')! : 'nobody',
      ]),
    )
    expect(await ask()).toEqual(['nobody'])
    reads = true
    await passed(2)
    expect(await ask('/', { 'x-team': 'a' })).toEqual(['nobody'])
    expect(warned).toHaveLength(1)
    expect(await ask('/', { 'x-team': 'b' })).toEqual(['nobody'])
  })

  test('nor one of the caller, where callers share it', async () => {
    const shared = cache({ ttlSeconds: 60, scope: 'public' })
    const name = dependency({ access: optionallyAuthenticated }, ({ user }) => String(user?.id ?? 'nobody'))
    for (const mine of [
      route.get('/', { ...open, access: optionallyAuthenticated, cache: shared }, ({ user }) => [
        String(user?.id ?? 'nobody'),
      ]),
      route.get('/', { ...open, cache: shared, uses: { name } }, (context) => [context.name]),
    ]) {
      const { ask, warned } = await asking(mine)
      for (const id of ['alice', 'bob']) expect(await ask('/', { authorization: id })).toEqual([id])
      expect(await ask()).toEqual(['nobody'])
      expect(warned).toMatchObject([{ fields: { reads: ['the caller'] } }])
    }
  })
})

test('what is declared counts as it was checked: its text is another', async () => {
  const { ask, warned } = await asking(
    route.get('/', { ...open, query: z.object({ name: z.string().toLowerCase() }) }, ({ request, query }) => [
      query.name,
      ...request.queryValues('name'),
    ]),
  )
  expect(await ask('/?name=Ada')).toEqual(['ada', 'Ada'])
  expect(await ask('/?name=ADA')).toEqual(['ada', 'ADA'])
  expect(warned).toHaveLength(1)
})

test('an answer is not made anew for HEAD, for which a handler may give less', async () => {
  const { ask } = await asking(
    route.get('/', { ...open, cache: cache({ ttlSeconds: 0.001, staleSeconds: 60 }) }, ({ request }) =>
      request.method === 'HEAD' ? [] : ['all'],
    ),
  )
  expect(await ask()).toEqual(['all'])
  await passed(2)
  expect(await ask('/', {}, 'HEAD')).toBe(200)
  expect(await ask()).toEqual(['all'])
})

test('the answer to HEAD is that to GET, unless it was made of the method', async () => {
  const { ask } = await asking(route.get('/', open, ({ request }) => (request.method === 'HEAD' ? [] : ['all'])))
  expect(await ask('/', {}, 'HEAD')).toBe(200)
  expect(await ask()).toEqual(['all'])
})
