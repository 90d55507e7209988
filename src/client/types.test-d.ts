import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import { anyone, authenticated } from '../core/access/index.ts'
import { bytes, empty, html, raw } from '../core/content.ts'
import { dependency } from '../core/dependency.ts'
import { slot } from '../core/override.ts'
import { Conflict, defineError, NotFound, Unauthenticated } from '../core/errors/index.ts'
import { reply } from '../core/reply.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import type { ApiError } from './api-error.ts'
import type { Client } from './types.ts'

const Post = z.object({
  id: z.uuid(),
  title: z.string(),
  createdAt: z.date(),
  likes: z.bigint(),
  tags: z.array(z.string()),
})
interface WirePost {
  id: string
  title: string
  createdAt: string
  likes: string
  tags: string[]
}
declare const post: z.infer<typeof Post>
const OutOfStock = defineError({
  code: 'out_of_stock',
  status: 409,
  title: 'Out of stock',
  data: z.object({ left: z.int(), since: z.date() }),
})
const QuotaReached = defineError({ code: 'quota_reached', status: 429, title: 'Quota reached' })

const page = dependency(
  { query: z.object({ limit: z.int().default(20), cursor: z.string().optional() }) },
  ({ query }) => query,
)
const tenant = dependency(
  { headers: z.object({ 'x-tenant': z.string() }), errors: [QuotaReached] },
  ({ headers }) => headers,
)
const blog = dependency({ uses: { tenant, mail: slot<string>('mail') } }, ({ tenant }) => tenant['x-tenant'])

const api = router('/api', {
  posts: router('/posts', {
    list: route.get(
      '/',
      { access: anyone, uses: { page }, query: z.object({ tag: z.string().optional() }), response: z.array(Post) },
      () => [],
    ),
    read: route.get('/:id', { access: anyone, response: Post, errors: [NotFound, OutOfStock] }, () => post),
    numbered: route.get(
      '/n/:id',
      { access: anyone, params: z.object({ id: z.coerce.number() }), response: Post },
      () => post,
    ),
    create: route.post(
      '/',
      {
        access: authenticated,
        body: z.object({ title: z.string(), at: z.date(), draft: z.boolean().default(false) }),
        response: Post,
      },
      () => post,
    ),
    publish: route.post(
      '/:id/publish',
      {
        access: authenticated,
        uses: { blog },
        response: { 200: Post, 202: z.object({ job: z.string() }), 303: empty, 410: z.string() },
      },
      () => reply(200, post),
    ),
    remove: route.delete('/:id', { access: authenticated, errors: [Conflict] }, () => {}),
    note: route.post('/note', { access: anyone, body: z.string().optional() }, () => {}),
    anything: route.post('/any', { access: anyone, body: z.unknown() }, () => {}),
  }),
  page: route.get('/page', { access: anyone, response: html }, () => '<p>'),
  csv: route.get('/csv', { access: anyone, response: bytes('text/csv') }, () => new Uint8Array()),
  raw: route.get('/raw', { access: anyone, response: raw }, () => new Response()),
  login: route.post(
    '/login',
    {
      access: anyone,
      form: z.object({ username: z.string(), avatar: z.file().optional() }),
      errors: [Unauthenticated],
    },
    () => {},
  ),
  files: route.get(
    '/files/*rest',
    { access: anyone, cookies: z.object({ theme: z.string() }), response: z.string() },
    () => '',
  ),
})
declare const calls: Client<typeof api>
type Input<F extends (...args: never[]) => unknown> = Parameters<F>[0]

// Results are what is on the wire
expectTypeOf(calls.posts.list()).resolves.toEqualTypeOf<WirePost[]>()
expectTypeOf(calls.posts.read({ params: { id: 1 } })).resolves.toEqualTypeOf<WirePost>()
expectTypeOf(calls.posts.publish({ params: { id: 'x' }, headers: { 'x-tenant': 'a' } })).resolves.toEqualTypeOf<
  WirePost | { job: string } | undefined
>()
expectTypeOf(calls.posts.remove({ params: { id: 'x' } })).resolves.toEqualTypeOf<undefined>()
expectTypeOf(calls.page()).resolves.toEqualTypeOf<string>()
expectTypeOf(calls.csv()).resolves.toEqualTypeOf<Uint8Array>()
expectTypeOf(calls.raw()).resolves.toEqualTypeOf<Response>()
expectTypeOf(calls.files({ params: { rest: 'a/b' }, cookies: { theme: 'dark' } })).resolves.toEqualTypeOf<string>()

// Inputs are the operation's and its dependencies', required where they are required
expectTypeOf<Input<typeof calls.posts.list>>().toEqualTypeOf<
  | { readonly query?: { tag?: string | undefined } & { limit?: number | undefined; cursor?: string | undefined } }
  | undefined
>()
expectTypeOf<Input<typeof calls.posts.read>>().toEqualTypeOf<{ readonly params: { readonly id: string | number } }>()
expectTypeOf<Input<typeof calls.posts.numbered>>().toEqualTypeOf<{
  readonly params: { readonly id: string | number }
}>()
expectTypeOf<Input<typeof calls.posts.create>>().toEqualTypeOf<{
  readonly body: { title: string; at: string; draft?: boolean | undefined }
}>()
expectTypeOf<Input<typeof calls.posts.note>>().toEqualTypeOf<{ readonly body?: string | undefined } | undefined>()
expectTypeOf<Input<typeof calls.login>>().toEqualTypeOf<{
  readonly form: { readonly username: string; readonly avatar?: File | undefined }
}>()
void calls.posts.list({ query: { limit: 5, tag: 'a' } }, { signal: AbortSignal.timeout(1) })
void calls.posts.anything({ body: { a: 1 } })
void calls.page(undefined, { headers: { 'x-a': 'b' } })
void calls.page({})

// @ts-expect-error the path parameter is missing
void calls.posts.read()
// @ts-expect-error it has another name
void calls.posts.read({ params: { slug: 'x' } })
// @ts-expect-error a header that a dependency of a dependency needs is missing
void calls.posts.publish({ params: { id: 'x' } })
// @ts-expect-error a date is sent as a string
void calls.posts.create({ body: { title: 'x', at: new Date() } })
// @ts-expect-error a field nobody declares
void calls.posts.create({ body: { title: 'x', at: '', author: 'eve' } })
// @ts-expect-error the query takes a number
void calls.posts.list({ query: { limit: '5' } })
// @ts-expect-error an operation without inputs takes none
void calls.page({ query: { a: 1 } })
// @ts-expect-error there is no such operation
void calls.posts.archive()
// @ts-expect-error a router cannot be called
void calls.posts()

// The status tells the bodies apart
const published = await calls.posts.publish.safe({ params: { id: 'x' }, headers: { 'x-tenant': 'a' } })
if (published.ok) {
  if (published.status === 202) expectTypeOf(published.data).toEqualTypeOf<{ job: string }>()
  if (published.status === 303) expectTypeOf(published.data).toEqualTypeOf<undefined>()
  expectTypeOf(published.status).toEqualTypeOf<200 | 202 | 303>()
  expectTypeOf(published.response).toEqualTypeOf<Response>()
} else if (published.error.code === 'quota_reached') {
  // Declared by a dependency of a dependency
  expectTypeOf(published.error).toEqualTypeOf<ApiError<'quota_reached', 429, undefined>>()
}

// The code tells the errors apart
const read = await calls.posts.read.safe({ params: { id: 'x' } })
if (!read.ok) {
  const { error } = read
  switch (error.code) {
    case 'out_of_stock':
      expectTypeOf(error.data).toEqualTypeOf<{ left: number; since: string }>()
      expectTypeOf(error.status).toEqualTypeOf<409>()
      break
    case 'not_found':
      expectTypeOf(error).toEqualTypeOf<ApiError<'not_found', 404, undefined>>()
      break
    case 'validation_failed':
      expectTypeOf(error.status).toEqualTypeOf<422>()
      break
    case 'network_error':
      expectTypeOf(error.data).toEqualTypeOf<unknown>()
      break
    // @ts-expect-error a code that this operation does not give
    case 'quota_reached':
      break
    default:
      expectTypeOf(error.status).toEqualTypeOf<number>()
  }
}
const login = await calls.login.safe({ form: { username: 'ada' } })
if (!login.ok && login.error.code === 'unauthenticated') {
  expectTypeOf(login.error).toEqualTypeOf<ApiError<'unauthenticated', 401, undefined>>()
}
expectTypeOf(calls.posts.read.path({ params: { id: 1 } })).toEqualTypeOf<string>()
