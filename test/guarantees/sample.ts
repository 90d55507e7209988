import { z } from 'zod'
import {
  createApp,
  currentRequest,
  dependency,
  html,
  raw,
  reply,
  route,
  router,
  text,
  type AppDefinition,
} from 'ashlar'
import { accessFor, anyone } from 'ashlar/access'
import { bearer } from 'ashlar/auth'
import { defineError, NotFound } from 'ashlar/errors'

export const TOKEN = 'sample-token'

/** What ran, in order: guards, dependencies and handlers. */
export interface Trace {
  readonly ran: string[]
  readonly aborted: string[]
}

const OutOfStock = defineError({
  code: 'out_of_stock',
  status: 409,
  title: 'Out of stock',
  data: z.object({ left: z.int() }),
})

/** Every format with a regular expression behind it. */
const Formats = z.object({
  email: z.email().optional(),
  url: z.url().optional(),
  uuid: z.uuid().optional(),
  moment: z.iso.datetime({ offset: true }).optional(),
  date: z.date().optional(),
  day: z.iso.date().optional(),
  time: z.iso.time().optional(),
  duration: z.iso.duration().optional(),
  ipv4: z.ipv4().optional(),
  ipv6: z.ipv6().optional(),
  cidr: z.cidrv6().optional(),
  base64: z.base64().optional(),
  jwt: z.jwt().optional(),
  number: z.number().optional(),
  bigint: z.bigint().optional(),
  slug: z.stringFormat('slug', /^[a-z0-9]+(?:-[a-z0-9]+)*$/).optional(),
})
const Kinds = z.object({ keys: z.array(z.string()) })

const Thing = z.object({ name: z.string().min(2), size: z.int().optional() })
const Stored = z.object({ id: z.int(), name: z.string(), nested: z.object({ shown: z.string() }).optional() })

/** The small app that the guarantees are tried on, through real sockets. */
export function sampleApp(changes: Partial<AppDefinition> = {}) {
  const trace: Trace = { ran: [], aborted: [] }
  const token = bearer({
    verify: (credentials) => {
      trace.ran.push('guard')
      return credentials === TOKEN ? { id: 'ada', roles: ['member'] } : undefined
    },
  })
  const { authenticated, role } = accessFor(token)
  const broken = dependency((): string => {
    throw new Error('select secret_column from hidden_table failed at /srv/app/secret.ts:1')
  })
  const brokenCleanup = dependency(function* () {
    yield 1
    throw new Error('commit of hidden_table failed')
  })
  const transaction = dependency({ name: 'transaction' }, function* () {
    trace.ran.push('begin')
    try {
      yield 'open'
      trace.ran.push('commit')
    } catch (error) {
      trace.ran.push(`rollback ${(error as { readonly code?: string }).code}`)
      throw error
    }
  })
  const lease = dependency({ name: 'lease', until: 'sent' }, async function* () {
    yield 'held'
    await new Promise((resolve) => setTimeout(resolve, 50))
    trace.ran.push('lease given back')
  })
  const path = dependency({ uses: { head: currentRequest } }, ({ head }) => head.path)

  const api = router('', {
    open: route.get('/open', { access: anyone, response: z.object({ ok: z.boolean() }) }, () => {
      trace.ran.push('open')
      return { ok: true }
    }),
    secret: route.get(
      '/secret/:id',
      { access: authenticated, response: z.object({ id: z.string(), user: z.string() }) },
      ({ params, user }) => {
        trace.ran.push('secret')
        return { id: params.id, user: user.id }
      },
    ),
    admin: route.get('/admin', { access: role('admin'), response: z.object({ ok: z.boolean() }) }, () => ({
      ok: true,
    })),
    create: route.post('/things', { access: anyone, body: Thing, response: Stored, status: 201 }, ({ body }) => {
      trace.ran.push('create')
      // A row as a database gives it: with more than may leave the process.
      const row = {
        id: 1,
        name: body.name,
        passwordHash: 'hash',
        nested: { shown: 'yes', hidden: 'no' },
        keys: Object.keys(body),
      }
      trace.ran.push(`keys ${row.keys.join(',')}`)
      return row
    }),
    any: route.post(
      '/any',
      { access: anyone, body: z.record(z.string(), z.unknown()), response: z.object({ keys: z.array(z.string()) }) },
      ({ body }) => {
        trace.ran.push('any')
        return { keys: Object.keys(body) }
      },
    ),
    count: route.post(
      '/count',
      { access: anyone, body: z.object({ n: z.bigint() }), response: z.object({ n: z.bigint() }) },
      ({ body }) => body,
    ),
    form: route.post(
      '/form',
      { access: anyone, form: z.object({ name: z.string() }), response: z.object({ name: z.string() }) },
      ({ form }) => {
        trace.ran.push('form')
        return form
      },
    ),
    ignore: route.post('/ignore', { access: anyone, response: z.object({ ok: z.boolean() }) }, () => {
      trace.ran.push('ignore')
      return { ok: true }
    }),
    locked: route.post('/locked', { access: authenticated, body: Thing }, () => void trace.ran.push('locked')),
    search: route.get(
      '/search',
      {
        access: anyone,
        query: z.object({ a: z.string(), list: z.array(z.string()).default([]) }),
        response: z.object({ type: z.string(), keys: z.array(z.string()) }),
      },
      ({ query }) => ({ type: typeof query.a, keys: Object.keys(query) }),
    ),
    hang: route.get('/hang', { access: anyone }, ({ signal }) => {
      signal.addEventListener('abort', () => trace.aborted.push('hang'))
      return new Promise<void>(() => undefined)
    }),
    slow: route.get(
      '/slow',
      { access: anyone, query: z.object({ ms: z.int().default(200) }), response: z.object({ ok: z.boolean() }) },
      async ({ query }) => {
        trace.ran.push('slow')
        await new Promise((resolve) => setTimeout(resolve, query.ms))
        return { ok: true }
      },
    ),
    late: route.get(
      '/late',
      { access: anyone, uses: { transaction }, response: z.object({ ok: z.boolean() }) },
      ({ signal }) =>
        new Promise<{ ok: boolean }>((resolve) => {
          signal.addEventListener('abort', () => resolve({ ok: true }))
        }),
    ),
    leave: route.get(
      '/leave',
      { access: anyone, uses: { lease }, response: z.object({ ok: z.boolean() }) },
      ({ after, signal }) => {
        after(async () => {
          await new Promise((resolve) => setTimeout(resolve, 50))
          trace.ran.push(signal.aborted ? 'aborted' : 'work after the response')
        })
        return { ok: true }
      },
    ),
    large: route.get('/large', { access: anyone, uses: { lease }, response: text }, () => 'x'.repeat(64_000_000)),
    formatsOfQuery: route.get('/formats', { access: anyone, query: Formats, response: Kinds }, ({ query }) => ({
      keys: Object.keys(query),
    })),
    formatsOfBody: route.post('/formats', { access: anyone, body: Formats, response: Kinds }, ({ body }) => ({
      keys: Object.keys(body),
    })),
    fields: route.get(
      '/fields',
      { access: anyone, headers: z.looseObject({}), cookies: z.looseObject({}), response: Kinds },
      ({ headers, cookies }) => ({ keys: [...Object.keys(headers), ...Object.keys(cookies)].slice(0, 3) }),
    ),
    header: route.get(
      '/header',
      {
        access: anyone,
        query: z.object({ value: z.string(), kind: z.string() }),
        response: z.object({ ok: z.boolean() }),
      },
      ({ query, response }) => {
        if (query.kind === 'header') response.header('x-echo', query.value)
        if (query.kind === 'cookie-name') response.cookie(query.value, 'x')
        if (query.kind === 'cookie-path') response.cookie('name', 'x', { path: query.value })
        return { ok: true }
      },
    ),
    replyHeader: route.get(
      '/reply-header',
      { access: anyone, query: z.object({ value: z.string() }), response: z.object({ ok: z.boolean() }) },
      ({ query }) => reply(200, { ok: true }, { 'x-echo': query.value }),
    ),
    page: route.get('/page', { access: anyone, response: html }, () => '<p>hi</p>'),
    path: route.get(
      '/path/*rest',
      { access: anyone, uses: { path }, response: z.object({ path: z.string(), rest: z.string() }) },
      ({ path, params }) => ({ path, rest: params.rest }),
    ),
    failHandler: route.get('/fail/handler', { access: anyone }, () => {
      throw new Error('select secret_column from hidden_table failed at /srv/app/secret.ts:1')
    }),
    failDependency: route.get('/fail/dependency', { access: anyone, uses: { broken } }, () => undefined),
    failCleanup: route.get('/fail/cleanup', { access: anyone, uses: { brokenCleanup } }, () => undefined),
    failResponse: route.get(
      '/fail/response',
      { access: anyone, response: Stored },
      () => ({ id: 'hidden_table' }) as unknown as z.infer<typeof Stored>,
    ),
    failThrown: route.get('/fail/thrown', { access: anyone }, () => {
      throw 'hidden_table'
    }),
    failKnown: route.get('/fail/known', { access: anyone, errors: [OutOfStock] }, () => {
      throw new OutOfStock('Only 2 left.', { data: { left: 2 } })
    }),
    failStream: route.get('/fail/stream', { access: anyone, response: raw }, () => {
      const stream = new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('begun')),
        pull: () => Promise.reject(new Error('hidden_table')),
      })
      return new Response(stream)
    }),
    missing: route.get('/missing', { access: anyone, errors: [NotFound] }, () => {
      throw new NotFound('There is no such thing.')
    }),
  })
  const app = createApp({
    title: 'Sample',
    version: '1.0.0',
    environment: 'test',
    api,
    limits: { handlerTimeoutMs: 300, headersTimeoutMs: 600, requestTimeoutMs: 1_200, shutdownTimeoutMs: 5_000 },
    ...changes,
  })
  return { app, trace }
}
