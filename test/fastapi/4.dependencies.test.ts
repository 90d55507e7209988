import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { dependency, fresh, mount, provide, raw, route, slot } from 'ashlar'
import { anyone } from 'ashlar/access'
import { Conflict, NotFound } from 'ashlar/errors'
import { appOf, ask, documented } from './fixture.ts'

const ran: string[] = []
const anything = z.unknown()
beforeEach(() => void (ran.length = 0))

describe('Depends(fn/class/instance)', () => {
  test('any callable, sync or not; sub-dependencies; their parameters become documented ones', async () => {
    const newQuery = dependency({ query: z.object({ q: z.string().optional() }) }, ({ query }) => query.q)
    const lastQuery = dependency(
      { uses: { newQuery }, cookies: z.object({ last: z.string().optional() }) },
      async ({ newQuery, cookies }) => newQuery ?? cookies.last,
    )
    const app = appOf({
      read: route.get('/', { access: anyone, uses: { lastQuery }, response: anything }, ({ lastQuery }) => lastQuery),
    })
    expect((await ask(app, '/?q=new')).body).toBe('new')
    expect((await ask(app, '/', { headers: { cookie: 'last=old' } })).body).toBe('old')
    expect(documented(app, '/')).toMatchObject({
      parameters: [
        { name: 'q', in: 'query' },
        { name: 'last', in: 'cookie' },
      ],
    })
  })
})

test('Per-request cache: a,b(sub),c(no cache) -> [1,1,2]', async () => {
  let count = 0
  const counter = dependency({ name: 'counter' }, () => ++count)
  const sub = dependency({ name: 'sub', uses: { counter } }, ({ counter }) => counter)
  const app = appOf({
    count: route.get(
      '/',
      { access: anyone, uses: { a: counter, b: sub, c: fresh(counter) }, response: z.array(z.int()) },
      ({ a, b, c }) => [a, b, c],
    ),
  })
  expect((await ask(app, '/')).body).toEqual([1, 1, 2])
  expect((await ask(app, '/')).body).toEqual([3, 3, 4])
})

describe('yield', () => {
  const session = dependency({ name: 'session' }, async function* () {
    ran.push('begin')
    try {
      yield 'session'
      ran.push('commit')
    } catch (error) {
      ran.push(`rollback ${(error as Error).name}`)
      throw error
    }
  })

  test('setup / inject / cleanup', async () => {
    const app = appOf({ ok: route.get('/', { access: anyone, uses: { session } }, () => void ran.push('handler')) })
    await ask(app, '/')
    expect(ran).toEqual(['begin', 'handler', 'commit'])
  })

  test('the exception is thrown INTO the dependency', async () => {
    const app = appOf({
      fail: route.get('/', { access: anyone, uses: { session } }, () => {
        throw new NotFound()
      }),
    })
    expect((await ask(app, '/')).status).toBe(404)
    expect(ran).toEqual(['begin', 'rollback not_found'])
  })

  test('into those around it too, innermost first; and one may answer another error', async () => {
    const translating = dependency({ name: 'translating', uses: { session } }, function* () {
      try {
        yield
      } catch {
        throw new Conflict('Translated.')
      }
    })
    const app = appOf({
      fail: route.get('/', { access: anyone, uses: { translating } }, () => {
        throw new NotFound()
      }),
    })
    expect(await ask(app, '/')).toMatchObject({ status: 409, body: { detail: 'Translated.' } })
    expect(ran).toEqual(['begin', 'rollback conflict'])
  })

  test('swallowing it changes nothing: the client still gets the error', async () => {
    const swallowing = dependency({ name: 'swallowing' }, function* () {
      try {
        yield
      } catch {
        ran.push('swallowed')
      }
    })
    const app = appOf({
      fail: route.get('/', { access: anyone, uses: { swallowing } }, () => {
        throw new NotFound()
      }),
    })
    expect((await ask(app, '/')).status).toBe(404)
    expect(ran).toEqual(['swallowed'])
  })

  test('stricter than FastAPI: a cleanup that fails before the response is a 500, never a lie', async () => {
    const broken = dependency({ name: 'broken' }, function* () {
      yield
      throw new Error('the commit failed')
    })
    const app = appOf({ ok: route.get('/', { access: anyone, uses: { broken } }, () => undefined) })
    expect((await ask(app, '/')).status).toBe(500)
  })
})

describe('scope="request" and scope="function"', () => {
  const outer = dependency({ name: 'outer', until: 'sent' }, async function* () {
    ran.push('req-in')
    yield
    ran.push('req-out')
  })
  const fn = dependency({ name: 'fn', uses: { outer } }, async function* () {
    ran.push('fn-in')
    yield
    ran.push('fn-out')
  })

  test('Order: req-in, fn-in, handler, fn-out, [stream], bg, req-out', async () => {
    const app = appOf({
      stream: route.get('/', { access: anyone, uses: { fn }, response: raw }, ({ after }) => {
        ran.push('handler')
        after(() => void ran.push('bg'))
        const body = new ReadableStream(
          {
            pull: (controller) => {
              ran.push('stream')
              controller.enqueue(new TextEncoder().encode('x'))
              controller.close()
            },
          },
          { highWaterMark: 0 },
        )
        return new Response(body)
      }),
    })
    const { url } = await app.listen({ port: 0 })
    expect(await (await fetch(url)).text()).toBe('x')
    await app.stop()
    expect(ran).toEqual(['req-in', 'fn-in', 'handler', 'fn-out', 'stream', 'bg', 'req-out'])
  })

  test('a request-scoped dep may not depend on a function-scoped one: a type error, and one at startup', () => {
    const early = dependency({ name: 'early' }, function* () {
      yield 1
    })
    const late = dependency(
      // @ts-expect-error it lives until the response is sent, and cannot use one that ends before
      { name: 'late', until: 'sent', uses: { early } },
      () => undefined,
    )
    expect(() => appOf({ bad: route.get('/', { access: anyone, uses: { late } }, () => undefined) })).toThrow(
      /"late" lives until the response is sent and cannot use "early", which ends before/,
    )
  })
})

test('Class deps, parameterised instances: a dependency gives an instance, a function gives a dependency', async () => {
  class Paginator {
    readonly limit: number
    constructor(limit: number) {
      this.limit = limit
    }
  }
  const paginator = (max: number) =>
    dependency({ query: z.object({ limit: z.int().max(max).default(max) }) }, ({ query }) => new Paginator(query.limit))
  const app = appOf({
    small: route.get(
      '/small',
      { access: anyone, uses: { page: paginator(5) }, response: anything },
      ({ page }) => page,
    ),
    large: route.get(
      '/large',
      { access: anyone, uses: { page: paginator(50) }, response: anything },
      ({ page }) => page,
    ),
  })
  expect((await ask(app, '/small')).body).toEqual({ limit: 5 })
  expect((await ask(app, '/large?limit=20')).body).toEqual({ limit: 20 })
  expect((await ask(app, '/small?limit=20')).status).toBe(422)
})

test('Global / router / route deps: run, value ignored', async () => {
  const note = (name: string) => dependency({ name }, () => void ran.push(name))
  const app = appOf(
    { r: route.get('/', { access: anyone, uses: { own: note('route') } }, () => void ran.push('handler')) },
    { uses: { a: note('app') }, root: { uses: { r: note('router') } } },
  )
  await ask(app, '/')
  expect(ran).toEqual(['app', 'router', 'route', 'handler'])
})

describe('dependency_overrides', () => {
  const clock = dependency({ name: 'clock' }, () => 'real')
  const service = dependency({ name: 'service', uses: { clock } }, ({ clock }) => `service of ${clock}`)
  const read = route.get('/', { access: anyone, uses: { service }, response: z.string() }, ({ service }) => service)
  const fake = provide(
    clock,
    dependency(() => 'fake'),
  )

  test('of sub-deps; scoped: the app itself stays as it is', async () => {
    const app = appOf({ read })
    expect((await ask(app.with({ provide: [fake] }), '/')).body).toBe('service of fake')
    expect((await ask(app, '/')).body).toBe('service of real')
  })

  test('better than FastAPI: they reach mounted apps (#5115)', async () => {
    const app = appOf({}, { mounts: [mount('/inner', appOf({ read }))] })
    expect((await ask(app.with({ provide: [fake] }), '/inner/')).body).toBe('service of fake')
    expect((await ask(app, '/inner/')).body).toBe('service of real')
  })

  test('typed', () => {
    const wrong = dependency(() => 1)
    // @ts-expect-error a number in place of a string
    provide(clock, wrong)
    expect(fake.target).toBe(clock)
  })

  test('of what nothing provides: a slot is an error at start until something does', async () => {
    const mailer = slot<{ send(): string }>('mailer')
    const send = route.get('/', { access: anyone, uses: { mailer }, response: z.string() }, ({ mailer }) =>
      mailer.send(),
    )
    expect(() => appOf({ send })).toThrow(/nothing provides the slot "mailer"/)
    const smtp = dependency({ name: 'smtp', scope: 'app' }, () => ({ send: () => 'sent' }))
    expect((await ask(appOf({ send }, { provide: [provide(mailer, smtp)] }), '/')).body).toBe('sent')
  })
})

test('better than FastAPI: dependencies outside routes (#1105)', async () => {
  const session = dependency({ name: 'session' }, async function* () {
    ran.push('begin')
    yield 41
    ran.push('commit')
  })
  const app = appOf({})
  expect(await app.run({ session }, ({ session }) => session + 1)).toBe(42)
  expect(ran).toEqual(['begin', 'commit'])
  await app.stop()
})

test('a cycle is an error at start that names the way', () => {
  const a = dependency({ name: 'a' }, () => 1)
  const b = dependency({ name: 'b', uses: { a } }, () => 2)
  Object.assign(a.uses, { b })
  expect(() => appOf({ r: route.get('/', { access: anyone, uses: { a } }, () => undefined) })).toThrow(
    /a cycle: a → b → a/,
  )
})
