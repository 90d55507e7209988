// The app that the test of the packed package runs, as a user would write it.
import { sql } from 'drizzle-orm'
import { createApp, route, router } from 'ashlar'
import { anyone, authenticated } from 'ashlar/access'
import { bearer } from 'ashlar/auth'
import { database } from 'ashlar/data'
import { z } from 'zod'

const db = database({ migrations: new URL('migrations/', import.meta.url) })

const list = route.get(
  '/',
  { access: anyone, uses: { tx: db.transaction }, response: z.array(z.string()) },
  async ({ tx }) => {
    const { rows } = await tx.execute<{ title: string }>(sql`SELECT title FROM notes ORDER BY title`)
    return rows.map(({ title }) => title)
  },
)
const create = route.post(
  '/',
  { access: authenticated, uses: { tx: db.transaction }, body: z.object({ title: z.string().min(1) }) },
  async ({ tx, body }) => {
    await tx.execute(sql`INSERT INTO notes (title) VALUES (${body.title})`)
  },
)

export const app = createApp({
  title: 'Packed',
  version: '1.0.0',
  database: db,
  auth: [bearer({ verify: (token) => (token === 'secret' ? { id: 'ada' } : undefined) })],
  api: router('/api', { notes: router('/notes', { list, create }) }),
})
