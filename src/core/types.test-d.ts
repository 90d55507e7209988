import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import { anyone, authenticated, allOf, role, optionallyAuthenticated, type Principal } from './access/index.ts'
import { dependency, type Dependency } from './dependency.ts'
import { fresh, provide, slot } from './override.ts'
import { NotFound } from './errors/index.ts'
import { reply, redirect } from './reply.ts'
import { route } from './route.ts'
import { empty, html } from './content.ts'
import { router, type Router } from './router.ts'

const clock = dependency({ scope: 'app' }, () => ({ now: () => 1 }))
const page = dependency({ query: z.object({ limit: z.int().default(20) }) }, ({ query }) => query)
const tx = dependency(async function* () {
  yield { query: (sql: string) => sql }
})
const blog = dependency({ uses: { tx, clock } }, ({ tx, clock }) => ({
  list: (limit: number) => tx.query(String(limit + clock.now())),
}))
const me = dependency({ access: authenticated }, ({ user }) => user.id)

// Values and lifetimes
expectTypeOf(page).toExtend<Dependency<{ limit: number }>>()
expectTypeOf(tx).toExtend<Dependency<{ query: (sql: string) => string }>>()
expectTypeOf<NonNullable<(typeof page)['~types']>['request']>().toEqualTypeOf<true>()
expectTypeOf<NonNullable<(typeof me)['~types']>['request']>().toEqualTypeOf<true>()
expectTypeOf<NonNullable<(typeof blog)['~types']>['request']>().toEqualTypeOf<false>()
expectTypeOf<NonNullable<(typeof blog)['~types']>['life']>().toEqualTypeOf<'handled'>()
expectTypeOf<NonNullable<(typeof clock)['~types']>['life']>().toEqualTypeOf<'app'>()
expectTypeOf<NonNullable<(typeof page)['~types']>['life']>().toEqualTypeOf<'sent'>()

// @ts-expect-error an app dependency cannot use one that lives for a request
dependency({ scope: 'app', uses: { tx } }, ({ tx }) => tx)
// @ts-expect-error one that lives until the response is sent cannot use one that ends before
dependency({ until: 'sent', uses: { tx } }, ({ tx }) => tx)
// @ts-expect-error: the app has no request to read from
dependency({ scope: 'app', query: z.object({ limit: z.int() }) }, () => 1)
// @ts-expect-error: nor a caller
dependency({ scope: 'app', access: authenticated }, () => 1)
// @ts-expect-error: the context of a dependency has a log already
dependency({ uses: { log: clock } }, ({ log }) => log)

// Overrides are typed
const mailer = slot<{ send: (to: string) => void }>('mailer')
const smtp = dependency(() => ({ send: (to: string): void => void to }))
provide(mailer, smtp)
const wrong = dependency(() => 42)
// @ts-expect-error the replacement gives another type
provide(mailer, wrong)
expectTypeOf(fresh(page)).toEqualTypeOf(page)

// Handlers
const Post = z.object({ id: z.uuid(), title: z.string() })
const list = route.get(
  '/',
  { access: anyone, uses: { page, blog }, response: z.array(Post) },
  ({ page, blog, user }) => {
    expectTypeOf(page.limit).toEqualTypeOf<number>()
    expectTypeOf(user).toEqualTypeOf<undefined>()
    blog.list(page.limit)
    return []
  },
)
route.get('/:id', { access: authenticated, response: Post }, ({ params, user }) => {
  expectTypeOf(params.id).toEqualTypeOf<string>()
  expectTypeOf(user).toEqualTypeOf<Principal>()
  return { id: params.id, title: 'x' }
})
route.get(
  '/:id',
  { access: optionallyAuthenticated, params: z.object({ id: z.coerce.number() }), response: Post },
  ({ params, user }) => {
    expectTypeOf(params.id).toEqualTypeOf<number>()
    expectTypeOf(user).toEqualTypeOf<Principal | undefined>()
    return reply(200, { id: 'x', title: 'x' }, { 'x-a': '1' })
  },
)
route.post(
  '/',
  {
    access: allOf(authenticated, role('admin')),
    body: z.object({ title: z.string() }),
    response: { 200: Post, 201: Post, 303: empty },
  },
  ({ body, user }) => {
    expectTypeOf(user.id).toEqualTypeOf<string | number>()
    if (body.title === 'a') return redirect('/x', 303)
    return body.title === 'b' ? reply(201, { id: 'x', title: body.title }) : reply(200, { id: 'x', title: body.title })
  },
)
route.delete('/:id', { access: anyone, errors: [NotFound] }, async () => {})
route.get('/page', { access: anyone, response: html }, () => '<p>hi</p>')

// @ts-expect-error an operation without an access rule does not compile
route.get('/x', { response: Post }, () => ({ id: '', title: '' }))
// @ts-expect-error the params schema lacks a parameter of the path
route.get('/:id/:slug', { access: anyone, params: z.object({ id: z.string() }) }, () => {})
route.get('/:id', { access: anyone, params: z.object({ id: z.string(), slug: z.string() }) }, ({ params }) => {
  // From the prefix of a router: `router('/posts/:slug', ...)`.
  expectTypeOf(params.slug).toEqualTypeOf<string>()
})
// @ts-expect-error a response that lacks a declared field
route.get('/y', { access: anyone, response: Post }, () => ({ id: 'x' }))
// @ts-expect-error an undeclared status
route.get('/z', { access: anyone, response: { 200: Post } }, () => reply(201, { id: '', title: '' }))
// @ts-expect-error a GET has no body
route.get('/z', { access: anyone, body: Post }, () => {})
// @ts-expect-error a reserved name
route.get('/z', { access: anyone, uses: { user: page } }, () => {})

// @ts-expect-error a value where no response is declared: the error says to declare one
route.get('/z', { access: anyone }, () => ({ id: 'x' }))

// Presets
const member = route.with({ access: authenticated, uses: { blog }, errors: [NotFound] })
const mine = member.get('/mine', { response: z.string() }, ({ user, blog }) => {
  expectTypeOf(user).toEqualTypeOf<Principal>()
  return blog.list(1)
})
member.get('/open', { access: anyone }, ({ user }) => {
  expectTypeOf(user).toEqualTypeOf<undefined>()
})
const api = router('/api', { posts: router('/posts', { tags: ['posts'] }, { list, mine }) })
expectTypeOf(api.children.posts.children.list).toEqualTypeOf(list)

// What an operation declared in place does not declare is not taken from the type expected there
const definition = <const Api extends Router>(definition: { readonly api: Api }): Api => definition.api
const defined = definition({ api: router('/x', { remove: route.delete('/:id', { access: anyone }, () => {}) }) })
type Removed = NonNullable<(typeof defined)['children']['remove']['~types']>
expectTypeOf<Removed['errors']>().toEqualTypeOf<never>()
expectTypeOf<Removed['response']>().toEqualTypeOf<undefined>()
expectTypeOf<keyof Removed['uses']>().toEqualTypeOf<never>()

// What is readonly can be returned
const Feed = z.object({ items: z.array(z.object({ tags: z.array(z.string()), at: z.date() })) })
const feed: { readonly items: readonly { readonly tags: readonly string[]; readonly at: Date }[] } = { items: [] }
route.get('/feed', { access: anyone, response: Feed }, () => feed)
route.get('/feed', { access: anyone, response: { 200: Feed } }, () => reply(200, feed))
