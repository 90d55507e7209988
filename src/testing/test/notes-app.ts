import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { createApp } from '../../app/create-app.ts'
import { mount } from '../../app/mount.ts'
import { bearer } from '../../auth/index.ts'
import { accessFor, anyone, authenticated, role, type Principal } from '../../core/access/index.ts'
import { dependency } from '../../core/dependency.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import { database as declareDatabase } from '../../data/index.ts'

interface Author extends Principal {
  readonly name: string
}

/** Accepts nothing: who gets in was let in by the test kit. */
const nobody = bearer({ verify: (): Author | undefined => undefined })
export const database = declareDatabase({ migrations: new URL('migrations/', import.meta.url) })
export const clock = dependency({ scope: 'app' }, (): { now(): string } => ({ now: () => 'real' }))

const list = route.get(
  '/',
  { access: anyone, uses: { tx: database.transaction }, response: z.array(z.string()) },
  async ({ tx }) => {
    const { rows } = await tx.execute<{ title: string }>(sql`SELECT title FROM notes ORDER BY id`)
    return rows.map(({ title }) => title)
  },
)
const create = route.post(
  '/',
  { access: anyone, uses: { tx: database.transaction }, body: z.object({ title: z.string() }) },
  async ({ tx, body }) => {
    await tx.execute(sql`INSERT INTO notes (title) VALUES (${body.title})`)
  },
)
const me = route.get('/me', { access: authenticated, response: z.string() }, ({ user }) => `user ${user.id}`)
const author = route.get(
  '/author',
  { access: accessFor(nobody).authenticated, response: z.string() },
  ({ user }) => user.name,
)
const staff = route.get('/staff', { access: role('staff'), response: z.string() }, () => 'welcome')
const time = route.get('/time', { access: anyone, uses: { clock }, response: z.string() }, ({ clock }) => clock.now())

const admin = createApp({
  title: 'Admin',
  version: '1.0.0',
  database,
  auth: [nobody],
  api: router('', {
    count: route.get(
      '/count',
      { access: role('staff'), uses: { tx: database.transaction }, response: z.int() },
      async ({ tx }) => {
        const { rows } = await tx.execute<{ count: number }>(sql`SELECT count(*)::int AS count FROM notes`)
        return rows[0]!.count
      },
    ),
  }),
})

/** An app as it is written to be served: closed to strangers, called by its public name, on the database it declares. */
export const notesApp = createApp({
  title: 'Notes',
  version: '1.0.0',
  environment: 'production',
  allowedHosts: ['notes.example'],
  database,
  auth: [nobody],
  mounts: [mount('/admin', admin)],
  api: router('/api', { notes: router('/notes', { list, create }), me, author, staff, time }),
})
