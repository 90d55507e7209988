// An app with an embedded database and one resource, for `items-load.ts` to load and kill, and to read what is there afterwards.
import { createApp, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { database, id, resource } from 'ashlar/data'
import { integer, pgTable } from 'drizzle-orm/pg-core'

const items = pgTable('items', { id: id(), number: integer().notNull() })
const db = database({ migrations: 'migrations' })
const access = { read: anyone, create: anyone } as const
const app = createApp({
  title: 'Items',
  version: '1.0.0',
  environment: 'test',
  database: db,
  api: router('', {
    // One statement, and one in a transaction.
    items: resource(items, { database: db, access }),
    bulk: resource(items, { database: db, access, path: '/bulk-items', name: 'BulkItem', bulk: { create: true } }),
  }),
})

function say(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

await db.migrate()
if (process.argv[2] === 'serve') say({ port: (await app.listen({ port: 0, host: '127.0.0.1' })).port })
else {
  await db.start()
  const { rows } = await db.pool.query<{ id: string; number: number }>('SELECT id, number FROM items')
  say({ rows })
  await db.stop()
  process.exit()
}
