import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  anyone,
  authenticated,
  optionallyAuthenticated,
  role,
  type Authenticator,
  type Principal,
} from '../core/access/index.ts'
import { currentCaller, currentResponse } from '../core/builtin.ts'
import { raw } from '../core/content.ts'
import { dependency } from '../core/dependency.ts'
import { NotFound, Unauthenticated } from '../core/errors/index.ts'
import type { RouterChildren } from '../core/router.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import { createApp } from '../app/create-app.ts'
import type { App } from '../app/app.ts'
import type { AppDefinition } from '../app/definition.ts'
import { cache } from './cache.ts'
import { invalidate } from './invalidate.ts'
import { passed } from './passed.fixture.ts'

const Count = z.object({ count: z.int() })

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0)) await end()
})

async function started(children: RouterChildren, more: Partial<AppDefinition> = {}): Promise<App> {
  const app = createApp({ title: 'Test', version: '1.0.0', environment: 'test', ...more, api: router('/', children) })
  await app.start()
  ended.push(() => app.stop())
  return app
}

/** `Bearer alice:admin+editor:7` is Alice with two roles, of team 7. */
const callers: Authenticator<Principal & { readonly team?: string }> = {
  kind: 'authenticator',
  name: 'token',
  scheme: { type: 'http', scheme: 'bearer' },
  challenge: 'Bearer',
  uses: {},
  authenticate: (request) => {
    const header = request.header('authorization')
    if (header === undefined) return undefined
    const [id = '', roles = '', team = ''] = header.replace('Bearer ', '').split(':')
    if (id === 'bad') throw new Unauthenticated()
    return { id, roles: roles === '' ? [] : roles.split('+'), ...(team !== '' && { team }) }
  },
}

const get = (app: App, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
  app.fetch(new Request(`http://localhost${path}`, { headers, method }))

/** An operation that says how often it has run. */
function counter(): { next(): { count: number }; readonly runs: number } {
  let count = 0
  return {
    next: () => ({ count: ++count }),
    get runs() {
      return count
    },
  }
}

const keep = cache({ ttlSeconds: 60 })

describe('an answer that is kept', () => {
  test('is sent without dependencies and handler, with its tag, and as a 304 to who has it', async () => {
    const ran = counter()
    const resolved: string[] = []
    const work = dependency(() => void resolved.push('work'))
    const read = route.get('/', { access: anyone, cache: keep, uses: { work }, response: Count }, () => ran.next())
    const app = await started({ read })
    const first = await get(app, '/')
    expect(await first.json()).toEqual({ count: 1 })
    expect(first.headers.get('cache-control')).toBe('public, no-cache')
    const tag = first.headers.get('etag')!
    expect(tag).toMatch(/^"[\w-]{22}"$/)
    const second = await get(app, '/')
    expect(await second.json()).toEqual({ count: 1 })
    expect(Object.fromEntries(second.headers)).toMatchObject({
      etag: tag,
      'content-type': 'application/json',
      'cache-control': 'public, no-cache',
    })
    const third = await get(app, '/', { 'if-none-match': tag })
    expect([third.status, await third.text(), third.headers.get('etag')]).toEqual([304, '', tag])
    expect([ran.runs, resolved.length]).toEqual([1, 1])
  })

  test('is told apart by checked input, and not by what nobody declares', async () => {
    const ran = counter()
    const query = z.object({ page: z.coerce.number().default(1) })
    const read = route.get('/:id', { access: anyone, cache: keep, query, response: Count }, () => ran.next())
    const app = await started({ read })
    for (const path of ['/a', '/a?page=1', '/a?page=1&utm=x', '/a?x=1', '/a?page=01']) await get(app, path)
    expect(ran.runs).toBe(1)
    await get(app, '/b')
    await get(app, '/a?page=2')
    expect(ran.runs).toBe(3)
  })

  test('serves HEAD, and is made by it too', async () => {
    const ran = counter()
    const app = await started({
      read: route.get('/', { access: anyone, cache: keep, response: Count }, () => ran.next()),
    })
    const first = await get(app, '/', {}, 'HEAD')
    const whole = await get(app, '/')
    expect(await whole.json()).toEqual({ count: 1 })
    for (const head of [first, await get(app, '/', {}, 'HEAD')]) {
      expect([head.status, await head.text()]).toEqual([200, ''])
      for (const name of ['etag', 'cache-control']) expect(head.headers.get(name)).toBe(whole.headers.get(name))
    }
    expect(ran.runs).toBe(1)
  })

  test('is no error, has no cookies, and none that says no-store', async () => {
    const ran = counter()
    const app = await started({
      missing: route.get('/missing', { access: anyone, cache: keep, errors: [NotFound], response: Count }, () => {
        ran.next()
        throw new NotFound()
      }),
      cookie: route.get('/cookie', { access: anyone, cache: keep, response: Count }, ({ response }) => {
        response.cookie('a', '1')
        return ran.next()
      }),
      secret: route.get('/secret', { access: anyone, cache: keep, response: Count }, ({ response }) => {
        response.header('cache-control', 'no-store')
        return ran.next()
      }),
      language: route.get('/language', { access: anyone, cache: keep, response: Count }, ({ response }) => {
        response.header('vary', 'accept-language')
        return ran.next()
      }),
    })
    for (const path of ['/missing', '/cookie', '/secret', '/language']) {
      const before = ran.runs
      await get(app, path)
      await get(app, path)
      expect(ran.runs - before, path).toBe(2)
    }
  })

  test('is one for each value of the headers in vary', async () => {
    const read = route.get(
      '/',
      { access: anyone, cache: cache({ ttlSeconds: 60, vary: ['Accept-Language'] }), response: z.array(z.string()) },
      ({ request }) => [request.header('accept-language') ?? 'none'],
    )
    const app = await started({ read })
    for (const language of ['de', 'en', 'de']) {
      const answer = await get(app, '/', { 'accept-language': language })
      expect([await answer.json(), answer.headers.get('vary')]).toEqual([[language], 'accept-language'])
    }
  })

  test('is made once for all who ask at one time, and again once its tag is invalidated', async () => {
    const ran = counter()
    const gate = Promise.withResolvers<void>()
    const read = route.get(
      '/',
      { access: anyone, cache: cache({ ttlSeconds: 60, tags: ['counts'] }), response: Count },
      async () => {
        await gate.promise
        return ran.next()
      },
    )
    const write = route.post('/', { access: anyone, uses: { invalidate } }, (context) => context.invalidate('counts'))
    const app = await started({ read, write })
    const asked = Array.from({ length: 20 }, () => get(app, '/'))
    gate.resolve()
    for (const answer of await Promise.all(asked)) expect(await answer.json()).toEqual({ count: 1 })
    await get(app, '/', {}, 'POST')
    expect(await (await get(app, '/')).json()).toEqual({ count: 2 })
  })

  test('is not what was read before an invalidation', async () => {
    let stored = 'old'
    const begun = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const read = route.get(
      '/',
      { access: anyone, cache: cache({ ttlSeconds: 60, tags: ['value'] }), response: z.array(z.string()) },
      async () => {
        const seen = stored
        begun.resolve()
        await gate.promise
        return [seen]
      },
    )
    const write = route.post('/', { access: anyone, uses: { invalidate } }, (context) => {
      stored = 'new'
      return context.invalidate('value')
    })
    const app = await started({ read, write })
    const slow = get(app, '/')
    await begun.promise
    await get(app, '/', {}, 'POST')
    // Does not join the one that has read before.
    const after = get(app, '/')
    gate.resolve()
    expect(await (await slow).json()).toEqual(['old'])
    expect(await (await after).json()).toEqual(['new'])
    expect(await (await get(app, '/')).json()).toEqual(['new'])
  })

  test('that is stale is sent while it is made anew after the response', async () => {
    const ran = counter()
    const renewed = Promise.withResolvers<void>()
    const closed: number[] = []
    const work = dependency({ until: 'sent' }, function* () {
      yield 1
      closed.push(ran.runs)
      if (ran.runs === 2) renewed.resolve()
    })
    const read = route.get(
      '/',
      { access: anyone, cache: cache({ ttlSeconds: 0.001, staleSeconds: 60 }), uses: { work }, response: Count },
      () => ran.next(),
    )
    const app = await started({ read })
    await get(app, '/')
    await passed(2)
    expect(await (await get(app, '/')).json()).toEqual({ count: 1 })
    await renewed.promise
    expect(closed).toEqual([1, 2])
    expect(await (await get(app, '/')).json()).toEqual({ count: 2 })
  })
})

describe('what is kept for a caller', () => {
  test('is for nobody else, and not for the same one with other rights', async () => {
    const mine = route.get('/', { access: authenticated, cache: keep, response: z.array(z.unknown()) }, ({ user }) => [
      user,
    ])
    const app = await started({ mine }, { auth: [callers] })
    const tokens = [
      'alice',
      'bob',
      'alice:admin',
      'alice:admin+editor',
      'alice:editor+admin',
      'alice::7',
      'alice::8',
      '7',
    ]
    for (const token of [...tokens, ...tokens.toReversed(), ...tokens]) {
      const [id, roles, team] = token.split(':')
      const answer = await get(app, '/', { authorization: `Bearer ${token}` })
      expect(await answer.json()).toEqual([
        { id, roles: roles === undefined || roles === '' ? [] : roles.split('+'), ...(team !== undefined && { team }) },
      ])
      expect(answer.headers.get('cache-control')).toBe('private, no-cache')
      expect(answer.headers.get('vary')).toBe('authorization, cookie')
    }
  })

  test('is behind the access rule every time', async () => {
    const ran = counter()
    const secret = route.get('/', { access: role('admin'), cache: keep, response: Count }, () => ran.next())
    const app = await started({ secret }, { auth: [callers] })
    const statuses: number[] = []
    for (const token of ['a:admin', 'a:admin', 'a', 'bad'])
      statuses.push((await get(app, '/', { authorization: `Bearer ${token}` })).status)
    statuses.push((await get(app, '/')).status)
    expect([statuses, ran.runs]).toEqual([[200, 200, 403, 401, 401], 1])
  })

  test('where nobody has to be known, is another than that of who is', async () => {
    const who = route.get(
      '/',
      { access: optionallyAuthenticated, cache: keep, response: z.array(z.string()) },
      ({ user }) => [String(user?.id ?? 'nobody')],
    )
    const app = await started({ who }, { auth: [callers] })
    for (const id of ['alice', undefined, 'bob', undefined, 'alice']) {
      const answer = await get(app, '/', id === undefined ? {} : { authorization: `Bearer ${id}` })
      expect(await answer.json()).toEqual([id ?? 'nobody'])
    }
  })

  test('has nothing of what finding out who calls has set on the response', async () => {
    const sliding: Authenticator = {
      ...callers,
      uses: { out: currentResponse },
      authenticate: (head, uses) => {
        const { out } = uses as {
          readonly out: { header(name: string, value: string): void; cookie(name: string, value: string): void }
        }
        out.header('x-caller', head.header('authorization') ?? '')
        out.cookie('session', head.header('x-turn') ?? '')
        return { id: 1 }
      },
    }
    const ran = counter()
    const shared = route.get(
      '/',
      { access: authenticated, cache: cache({ ttlSeconds: 60, scope: 'public' }), response: Count },
      () => ran.next(),
    )
    const app = await started({ shared }, { auth: [sliding] })
    for (const turn of ['1', '2']) {
      const answer = await get(app, '/', { authorization: turn, 'x-turn': turn })
      expect(answer.headers.get('x-caller')).toBe(turn)
      expect(answer.headers.getSetCookie()).toEqual([expect.stringContaining(`session=${turn}`)])
      expect(await answer.json()).toEqual({ count: 1 })
    }
  })

  test('ends the dependencies that access has begun, also where the handler does not run', async () => {
    const open = new Set<number>()
    let begun = 0
    const lease = dependency(function* () {
      const own = ++begun
      open.add(own)
      yield own
      open.delete(own)
    })
    const leased: Authenticator = { ...callers, uses: { lease }, authenticate: () => ({ id: 1 }) }
    const app = await started(
      { read: route.get('/', { access: authenticated, cache: keep, response: Count }, () => ({ count: 1 })) },
      { auth: [leased] },
    )
    await get(app, '/')
    await get(app, '/')
    expect([begun, open.size]).toEqual([2, 0])
  })

  test('is shared where it is said by name, by those who may call, and never by what stands between', async () => {
    const ran = counter()
    const shared = cache({ ttlSeconds: 60, scope: 'public', maxAgeSeconds: 5 })
    const app = await started(
      {
        known: route.get('/known', { access: authenticated, cache: shared, response: Count }, () => ran.next()),
        open: route.get('/open', { access: optionallyAuthenticated, cache: shared, response: Count }, () => ran.next()),
      },
      { auth: [callers] },
    )
    for (const id of ['alice', 'bob']) {
      const answer = await get(app, '/known', { authorization: `Bearer ${id}` })
      expect([await answer.json(), answer.headers.get('cache-control')]).toEqual([{ count: 1 }, 'private, max-age=5'])
    }
    expect((await get(app, '/known')).status).toBe(401)
    expect((await get(app, '/open')).headers.get('cache-control')).toBe('public, max-age=5')
  })
})

describe('mistakes are told at start', () => {
  const starting =
    (children: RouterChildren): (() => App) =>
    () =>
      createApp({ title: 'T', version: '1', environment: 'test', auth: [callers], api: router('/', children) })

  test('a cache of what is no GET, or has no body that can be kept', () => {
    expect(starting({ write: { ...route.post('/', { access: anyone }, () => undefined), cache: keep } })).toThrow(
      /write: it is a POST, and only answers of GET are cached/,
    )
    expect(starting({ none: route.get('/', { access: anyone, cache: keep }, () => undefined) })).toThrow(/no body/)
    expect(
      starting({ raw: route.get('/', { access: anyone, cache: keep, response: raw }, () => new Response('')) }),
    ).toThrow(/no body that could be cached/)
  })

  test('a public cache of what looks at its caller', () => {
    const mine = route.get(
      '/',
      {
        access: authenticated,
        uses: { caller: currentCaller },
        cache: cache({ ttlSeconds: 1, scope: 'public' }),
        response: Count,
      },
      () => ({ count: 1 }),
    )
    expect(starting({ mine })).toThrow(/depends on the caller/)
  })

  test('options that cannot be meant', () => {
    expect(() => cache({ ttlSeconds: 0 })).toThrow(/ttlSeconds above 0/)
    expect(() => cache({ ttlSeconds: 1, staleSeconds: -1 })).toThrow(RangeError)
    expect(() => cache({ ttlSeconds: 1, tags: ['a b'] })).toThrow(/without spaces/)
    expect(() => cache({ ttlSeconds: 1, vary: ['a b'] })).toThrow(/names of headers/)
    expect(() => cache({ ttlSeconds: 1, maxAgeSeconds: 1.5 })).toThrow(/whole number/)
  })
})
