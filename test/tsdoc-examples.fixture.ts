// What the examples of the TSDoc presuppose: the rest of a blog and of a list of tasks. They have these names without importing them.
import { createApp, dependency, route, router, text, type NodeListener } from 'ashlar'
import { anyone, owner, type Principal } from 'ashlar/access'
import type { Accounts } from 'ashlar/auth'
import { database, resource } from 'ashlar/data'
import type { Mailer } from 'ashlar/mail'
import { boolean, pgTable, uuid, text as varchar } from 'drizzle-orm/pg-core'
import { z } from 'zod'

export const config = { jwtSecret: 'a secret of the example, of 32 bytes and more' }
export const Post = z.object({ id: z.string(), title: z.string(), published: z.boolean() })
export const Token = z.object({ access_token: z.string(), token_type: z.literal('bearer') })
export const posts = pgTable('posts', {
  id: uuid().primaryKey(),
  title: varchar().notNull(),
  published: boolean().notNull(),
})
export const tables = { posts }
export const tasks = pgTable('tasks', {
  id: uuid().primaryKey(),
  title: varchar().notNull(),
  done: boolean().notNull(),
  notes: varchar(),
  ownerId: varchar('owner_id').notNull(),
})
export const Task = z.object({ id: z.uuid(), title: z.string(), done: z.boolean() })
export const db = database({ schema: { posts, tasks } })
export const taskApi = resource(tasks, { database: db, access: owner('ownerId') })

interface User extends Principal {
  readonly id: string
  readonly passwordHash: string
}

interface Blog {
  read(id: string): Promise<z.infer<typeof Post>>
  create(title: string): Promise<z.infer<typeof Post>>
  publish(id: string): Promise<void>
  remove(id: string): Promise<void>
}

interface Users {
  byName(name: string): Promise<User | undefined>
  setPasswordHash(id: string, passwordHash: string): Promise<void>
  logIn(username: string, password: string): Promise<z.infer<typeof Token>>
}

/** Tokens, keys or sessions. */
interface Credentials {
  owner(credential: string): Promise<User | undefined>
}

interface Articles {
  bySlug(slug: string): Promise<{ readonly authorId: string } | undefined>
}

const service = <Service>() => dependency({ scope: 'app' }, () => ({}) as Service)
export const blog = service<Blog>()
export const users = service<Users>()
export const tokens = service<Credentials>()
export const keys = service<Credentials>()
export const sessions = service<Credentials>()
export const articles = service<Articles>()
export const mailer = service<Mailer>()
export const fakeMailer = service<Mailer>()

export const hello = route.get('/hello', { access: anyone, response: text }, () => 'Hello')
export const readPost = route.get('/:id', { access: anyone, uses: { blog }, response: Post }, (given) =>
  given.blog.read(given.params.id),
)
const withTitle = { access: anyone, uses: { blog }, body: Post.pick({ title: true }), response: Post }
export const api = router('/api', {
  posts: router('/posts', {
    read: readPost,
    create: route.post('/', withTitle, (given) => given.blog.create(given.body.title)),
    publish: route.post('/:id/publish', { access: anyone, uses: { blog } }, (given) =>
      given.blog.publish(given.params.id),
    ),
    remove: route.delete('/:id', { access: anyone, uses: { blog } }, (given) => given.blog.remove(given.params.id)),
  }),
})
export const app = createApp({ title: 'Blog', version: '1.0.0', api })
export const adminApp = createApp({ title: 'Admin', version: '1.0.0', api: router('/', { hello }) })
export declare const expressApp: NodeListener

/** Of the request or the session an example stands in. */
export declare const body: { readonly email: string; readonly password: string }
export declare const people: { byEmail(email: string): Promise<User | undefined> } & Pick<Users, 'setPasswordHash'>
/** What `accounts` gives. */
export declare const auth: Accounts
export declare const session: { readonly token: string }
export declare const user: User
export declare function teamOf(user: Principal): string | undefined
