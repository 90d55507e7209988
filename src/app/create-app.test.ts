import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { anyone } from '../core/access/index.ts'
import { currentResponse } from '../core/builtin.ts'
import { dependency } from '../core/dependency.ts'
import { provide, slot } from '../core/override.ts'
import { defineError } from '../core/errors/index.ts'
import type { Middleware } from '../core/middleware.ts'
import type { Part } from '../core/part.ts'
import { reply } from '../core/reply.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import { currentLog } from '../http/kernel.ts'
import { createApp } from './create-app.ts'
import type { AppDefinition } from './definition.ts'
import { mount } from './mount.ts'

const ok = z.object({ ok: z.boolean() })
const hello = route.get('/hello', { access: anyone, response: ok }, () => ({ ok: true }))

function make<Api extends AppDefinition['api']>(api: Api, changes: Partial<AppDefinition> = {}) {
  return createApp({ title: 'Test', version: '1.0.0', environment: 'test', ...changes, api })
}

function get(path: string): Request {
  return new Request(`http://localhost${path}`)
}

describe('the start', () => {
  test('lists every mistake at once, each with its place', () => {
    const tx = dependency({ params: z.object({ missing: z.string() }) }, ({ params }) => params)
    const mailer = slot<string>('mailer')
    const api = router('/api', {
      noRule: route.get('/x', {} as { access: typeof anyone }, () => undefined),
      badPath: route.get('/a b', { access: anyone }, () => undefined),
      params: route.get('/y', { access: anyone, uses: { tx } }, () => undefined),
      slots: route.get('/z', { access: anyone, uses: { mailer } }, () => undefined),
      twice: route.get('/hello', { access: anyone }, () => undefined),
      hello,
    })
    expect(() => make(api)).toThrow(
      /noRule: it has no access rule[\s\S]*badPath: [\s\S]*nothing provides the slot "mailer"/,
    )
    expect(() => make(api)).toThrow(/params → tx: it reads the path parameter "missing", which \/api\/y does not have/)
    expect(() => make(api)).toThrow(
      /hello: GET \/api\/hello is "twice" already; give one of them another path or method/,
    )
  })

  test('in production asks for the hosts', () => {
    expect(() => make(router('', { hello }), { environment: 'production' })).toThrow(
      /allowedHosts: in production the app must know its hosts/,
    )
  })

  test('goes through the parts in order, and through what had begun in reverse when one fails', async () => {
    const events: string[] = []
    const part = (name: string, start?: () => void): Part => ({
      name,
      start: () => {
        events.push(`${name} start`)
        start?.()
      },
      stop: () => void events.push(`${name} stop`),
    })
    const broken = part('b', () => {
      throw new Error('no luck')
    })
    const app = make(router('', { hello }), { parts: [part('a'), broken, part('c')] })
    await expect(app.start()).rejects.toThrow('no luck')
    expect(events).toEqual(['a start', 'b start', 'b stop', 'a stop'])
  })
})

describe('run', () => {
  test('resolves dependencies outside a request and ends them, on failure with the error thrown in', async () => {
    const events: string[] = []
    const tx = dependency(async function* () {
      try {
        yield { id: 7 }
        events.push('commit')
      } catch (error) {
        events.push(`rollback: ${(error as Error).message}`)
        throw error
      }
    })
    const app = make(router('', { hello }))
    expect(await app.run({ tx }, ({ tx }) => tx.id)).toBe(7)
    await expect(app.run({ tx }, () => Promise.reject(new Error('boom')))).rejects.toThrow('boom')
    expect(events).toEqual(['commit', 'rollback: boom'])
  })

  test('gives a commit that fails as the error, once', async () => {
    const tx = dependency(async function* () {
      yield 1
      throw new Error('commit failed')
    })
    await expect(make(router('', { hello })).run({ tx }, () => 1)).rejects.toThrow('commit failed')
  })

  test('refuses what needs a request, as a type error and at run time', async () => {
    const page = dependency({ query: z.object({ limit: z.int() }) }, ({ query }) => query)
    const app = make(router('', { hello }))
    // @ts-expect-error it reads the query of a request
    await expect(app.run({ page }, () => 1)).rejects.toThrow(
      /it reads query of a request, and app.run runs outside one/,
    )
    // @ts-expect-error it sets headers of a response
    await expect(app.run({ currentResponse }, () => 1)).rejects.toThrow(/it needs a request/)
  })
})

describe('with', () => {
  test('gives another app with dependencies replaced, mounted ones included, and leaves the first alone', async () => {
    const clock = dependency(() => 'real')
    const time = route.get('/time', { access: anyone, uses: { clock }, response: z.string() }, ({ clock }) => clock)
    const inner = make(router('', { time }))
    const app = make(router('', { time }), { mounts: [mount('/inner', inner)] })
    const faked = app.with({
      provide: [
        provide(
          clock,
          dependency(() => 'fake'),
        ),
      ],
    })
    const answers = async (of: typeof app) => [
      await (await of.fetch(get('/time'))).json(),
      await (await of.fetch(get('/inner/time'))).json(),
    ]
    expect(await answers(faked)).toEqual(['fake', 'fake'])
    expect(await answers(app)).toEqual(['real', 'real'])
  })
})

describe('middleware', () => {
  test("wraps app, router and operation in this order, and the app's sees unknown paths", async () => {
    const events: string[] = []
    const named =
      (name: string): Middleware =>
      async (_request, next) => {
        events.push(`${name} in`)
        const outcome = await next()
        events.push(`${name} out ${outcome.status}`)
        outcome.headers.set(`x-${name}`, 'yes')
        return outcome
      }
    const failing = route.get('/fail', { access: anyone, middleware: [named('operation')] }, () => {
      throw new Error('boom')
    })
    const app = make(router('', { part: router('/part', { middleware: [named('router')] }, { failing }) }), {
      middleware: [named('app')],
    })
    const response = await app.fetch(get('/part/fail'))
    expect(response.status).toBe(500)
    expect(response.headers.get('x-app')).toBe('yes')
    expect(events).toEqual([
      'app in',
      'router in',
      'operation in',
      'operation out 500',
      'router out 500',
      'app out 500',
    ])
    events.length = 0
    expect((await app.fetch(get('/nowhere'))).status).toBe(404)
    expect(events).toEqual(['app in', 'app out 404'])
  })

  test('can answer itself, and an error of its own is answered like any other', async () => {
    const teapot: Middleware = () => ({ status: 418, headers: new Map(), cookies: [], body: 'short and stout' })
    const broken: Middleware = () => {
      throw new Error('boom')
    }
    const api = router('', {
      tea: route.get('/tea', { access: anyone, middleware: [teapot] }, () => undefined),
      broken: route.get('/broken', { access: anyone, middleware: [broken] }, () => undefined),
    })
    const app = make(api)
    expect(await (await app.fetch(get('/tea'))).text()).toBe('short and stout')
    expect((await app.fetch(get('/broken'))).status).toBe(500)
  })
})

describe('errors of libraries', () => {
  const Busy = defineError({ code: 'busy', status: 503, title: 'Busy' })
  const fail = route.get('/fail', { access: anyone }, () => {
    throw new RangeError('library')
  })

  test('get their answer from the app first, then from the parts', async () => {
    const part: Part = {
      name: 'part',
      translateError: (error) => (error instanceof RangeError ? new Busy('from the part') : undefined),
    }
    const app = make(router('', { fail }), { parts: [part] })
    expect(await (await app.fetch(get('/fail'))).json()).toMatchObject({ status: 503, detail: 'from the part' })
    const mapped = app.with({ mapError: () => new Busy('from the app') })
    expect(await (await mapped.fetch(get('/fail'))).json()).toMatchObject({ detail: 'from the app' })
  })
})

describe('paths', () => {
  test('are built by name, with their parameters encoded', () => {
    const read = route.get('/:id/files/*rest', { access: anyone }, () => undefined)
    const app = make(router('/api', { posts: router('/posts', { read }), hello }))
    expect(app.paths.posts.read({ id: 'a/b', rest: 'x y/z' })).toBe('/api/posts/a%2Fb/files/x%20y/z')
    expect(app.paths.hello()).toBe('/api/hello')
    // @ts-expect-error a parameter is missing
    expect(() => app.paths.posts.read({ id: '1' })).toThrow('needs a value for "rest"')
  })

  test('the same router stands in two places under two names', async () => {
    const shared = router('/shared', { hello })
    const app = make(router('', { v1: router('/v1', { shared }), v2: router('/v2', { shared }) }))
    expect([app.paths.v1.shared.hello(), app.paths.v2.shared.hello()]).toEqual(['/v1/shared/hello', '/v2/shared/hello'])
    expect(app.operations.map(({ placed }) => placed.name)).toEqual(['v1.shared.hello', 'v2.shared.hello'])
    expect((await app.fetch(get('/v2/shared/hello'))).status).toBe(200)
  })
})

describe('the documents', () => {
  test('are off in production unless asked for, and can be guarded', async () => {
    const api = router('', { hello })
    const production = { environment: 'production', allowedHosts: ['localhost'] } as const
    expect((await make(api, production).fetch(get('/docs'))).status).toBe(404)
    expect((await make(api, { ...production, docs: true }).fetch(get('/docs'))).status).toBe(200)
    const moved = make(api, { docs: { path: '/reference', documentPath: '/reference/openapi.json' } })
    const page = await moved.fetch(get('/reference'))
    expect(await page.text()).toContain('/reference/openapi.json')
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'nonce-[\w+/]{22}==';/)
    const asset = await moved.fetch(get('/reference/init.js'))
    expect(asset.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    const again = new Request('http://localhost/reference/init.js', {
      headers: { 'if-none-match': asset.headers.get('etag') ?? '' },
    })
    expect((await moved.fetch(again)).status).toBe(304)
  })
})

describe('responses', () => {
  test('a status that the operation does not declare is a 500, and the log says what to declare', async () => {
    const logged: string[] = []
    const write = ({ err }: { readonly err?: Error }) => void logged.push(err?.message ?? '')
    const logger = { debug() {}, info() {}, warn: write, error: write }
    const teapot = route.get('/tea', { access: anyone, response: ok }, () => reply(418, { ok: true }))
    const app = make(router('', { teapot }), { logger })
    expect((await app.fetch(get('/tea'))).status).toBe(500)
    expect(logged).toEqual(['teapot does not declare the status 418; it declares 200. Add it: response: { 418: ... }.'])
  })

  test('a cookie with a prefix is secure, set and cleared, wherever the app runs', async () => {
    const log = route.get('/out', { access: anyone }, ({ response }) => response.clearCookie('__Host-session'))
    const answer = await make(router('', { log })).fetch(get('/out'))
    expect(answer.headers.getSetCookie()).toEqual([
      '__Host-session=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
    ])
  })
})

describe('the current log', () => {
  test("is the running request's, across what it awaits, and nobody's outside one", async () => {
    const lines: object[] = []
    const logger = { debug() {}, info: (fields: object) => void lines.push(fields), warn() {}, error() {} }
    const deep = async (id: string): Promise<void> => {
      await Promise.resolve()
      currentLog()?.info({ id })
    }
    const run = route.get('/run/:id', { access: anyone }, async ({ params }) => deep(params.id))
    const app = make(router('', { run }), { logger })
    const answers = await Promise.all(['a', 'b'].map((id) => app.fetch(get(`/run/${id}`))))
    const ids = answers.map((answer) => answer.headers.get('x-request-id'))
    expect(lines).toEqual([
      { requestId: ids[0], operation: 'run', id: 'a' },
      { requestId: ids[1], operation: 'run', id: 'b' },
    ])
    expect(currentLog()).toBeUndefined()
  })
})
