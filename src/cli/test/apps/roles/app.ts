import { createApp, dependency, route, router } from 'ashlar'
import { allOf, anyOf, anyone, authenticated, owner, permission, role, rows, rule, scope } from 'ashlar/access'
import { bearer } from 'ashlar/auth'
import { database as postgres, resource } from 'ashlar/data'
import { eq } from 'drizzle-orm'
import { z } from 'zod'
import { posts, schema } from './tables.ts'

const database = postgres({
  name: 'roles',
  schema,
  migrations: new URL('migrations/', import.meta.url),
  migrate: 'manual',
})

const authors = dependency(() => new Map([['hello', 'ada']]))
const Slug = z.object({ slug: z.string() })
const isAuthor = rule(
  { name: 'author', inputs: { params: Slug }, uses: { authors } },
  ({ user, params, authors: of }) => {
    return of.get(params.slug) === user.id
  },
)
const isShort = rule({ name: 'short', inputs: { params: Slug } }, ({ params }) => params.slug.length < 6)

const published = rows<typeof posts>('published', ({ table }) => eq(table.published, true), { anonymous: true })

export const app = createApp({
  title: 'Roles',
  version: '1.0.0',
  auth: [bearer({ verify: () => undefined })],
  database,
  api: router('/api', {
    posts: resource(posts, {
      database,
      access: {
        read: anyOf(published, owner('authorId'), role('editor')),
        create: authenticated,
        update: anyOf(owner('authorId'), role('editor')),
        delete: role('admin'),
      },
      softDelete: true,
    }),
    notes: router(
      '/notes',
      { access: authenticated },
      {
        read: route.get('/:slug', { access: anyOf(role('admin'), allOf(isShort, isAuthor)), params: Slug }, () => {}),
        shorten: route.post('/:slug', { access: isShort, params: Slug }, () => {}),
        remove: route.delete('/:slug', { access: permission('notes:delete'), params: Slug }, () => {}),
      },
    ),
    health: route.get('/health', { access: anyone }, () => {}),
    export: route.get('/export', { access: allOf(role('admin'), scope('export')) }, () => {}),
  }),
})
