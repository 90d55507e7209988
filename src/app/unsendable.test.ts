import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { anyone } from '../core/access/index.ts'
import { raw } from '../core/content.ts'
import { BadRequest, type ErrorFormat } from '../core/errors/index.ts'
import type { Middleware, Outcome } from '../core/middleware.ts'
import { reply } from '../core/reply.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import type { AppDefinition } from './definition.ts'
import { get, serving } from './serving.fixture.ts'

const ok = z.object({ ok: z.boolean() })
const hello = route.get('/hello', { access: anyone, response: ok }, () => ({ ok: true }))
const failing = route.get('/failing', { access: anyone }, () => {
  throw new BadRequest('no', { headers: { 'Retry-After': 'in a füture' } })
})

/** Changes what comes back: at once, or after a turn of the loop. */
function changing(change: (outcome: Outcome) => unknown, later: boolean): Middleware {
  return ((_, next) => {
    const outcome = next()
    return later ? Promise.resolve(outcome).then(change) : change(outcome as Outcome)
  }) as Middleware
}

const splitting = (outcome: Outcome): Outcome => {
  outcome.headers.set('x-name', 'a\r\nset-cookie: b=c')
  return outcome
}
const brokenFormat: ErrorFormat = {
  name: 'broken',
  mediaType: 'application/json',
  render: () => {
    throw new Error('the format is broken')
  },
  schema: () => ({}),
}

describe('what cannot be sent is a 500 that is logged, and the process lives on:', () => {
  test.each<[string, Partial<AppDefinition>, string]>([
    ['a header with a line break', { middleware: [changing(splitting, false)] }, '/hello'],
    ['the same, later', { middleware: [changing(splitting, true)] }, '/hello'],
    ['middleware that gives nothing', { middleware: [changing(() => undefined, false)] }, '/hello'],
    ['the same, later', { middleware: [changing(() => undefined, true)] }, '/hello'],
    ['a status that is none', { middleware: [changing((outcome) => ({ ...outcome, status: 99 }), true)] }, '/hello'],
    ['an error of the network as a Response', {}, '/network'],
    ['a Response whose body was read', {}, '/read'],
    ['a reply with a status that is none', {}, '/status'],
    ['an error whose header cannot be written', {}, '/failing'],
    ['an error format that throws', { errors: brokenFormat }, '/failing'],
  ])('%s', async (_, changes, path) => {
    const api = router('', {
      hello,
      failing,
      network: route.get('/network', { access: anyone, response: raw }, () => Response.error()),
      read: route.get('/read', { access: anyone, response: raw }, async () => {
        const response = new Response('once')
        await response.text()
        return response
      }),
      status: route.get('/status', { access: anyone, response: ok }, () => reply(99, { ok: true })),
    })
    await using served = await serving(api, changes)
    const answer = await served.send(get(path))
    expect(answer).toMatch(/^HTTP\/1\.1 500 /)
    expect(answer).not.toContain('set-cookie')
    expect(answer).toContain('"internal_error"')
    expect(served.log.some(({ level }) => level === 'error')).toBe(true)
    const inProcess = await served.app.fetch(new Request(`http://localhost${path}`))
    expect(inProcess.status).toBe(500)
    expect(served.inFlight()).toBe(0)
  })
})

describe('a message ends where the server says', () => {
  const evil = 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil'
  const api = router('', {
    lie: route.get('/lie', { access: anyone, response: ok }, ({ response }) => {
      for (const [name, value] of Object.entries({ 'content-length': '3', 'transfer-encoding': 'chunked' }))
        response.header(name, value)
      response.header('x-request-id', 'mine')
      return { ok: true }
    }),
    long: route.get(
      '/long',
      { access: anyone, response: raw },
      () => new Response(`abc${evil}`, { headers: { 'content-length': '3', connection: 'close' } }),
    ),
    short: route.get(
      '/short',
      { access: anyone, response: raw },
      () => new Response('abc', { headers: { 'content-length': '30' } }),
    ),
    right: route.get(
      '/right',
      { access: anyone, response: raw },
      () => new Response('abc', { headers: { 'content-length': '3' } }),
    ),
  })

  test('whatever headers the app sets', async () => {
    await using served = await serving(api)
    const answer = await served.send(get('/lie', 'keep-alive') + get('/lie'))
    expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2)
    expect(answer.match(/content-length: 11\r\n/g)).toHaveLength(2)
    expect(answer).not.toMatch(/transfer-encoding|mine/)
  })

  test('a stream longer than it announced is cut off, and so is a shorter one', async () => {
    await using served = await serving(api)
    expect(await served.send(get('/long', 'keep-alive') + get('/right'))).not.toContain('evil')
    const short = await served.send(get('/short', 'keep-alive') + get('/right'))
    expect(short.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(1)
    expect(served.log.map(({ message }) => message)).toEqual([
      'the stream of a response failed',
      'the stream of a response failed',
    ])
    expect(await served.send(get('/right'))).toMatch(/content-length: 3\r\n[\s\S]*abc$/)
  })
})
