import { raw, route, router, type Router } from 'ashlar'
import { authenticated } from 'ashlar/access'
import { repository, type Repository, type TableResource } from 'ashlar/data'
import type { PgTable } from 'drizzle-orm/pg-core'
import { z } from 'zod'

const Key = z.union([z.string(), z.record(z.string(), z.unknown())])
const Values = z.record(z.string(), z.unknown())
const Asked = z.object({
  key: Key,
  values: Values,
  items: z.array(Values),
  on: z.array(z.string()),
  filter: Values,
  search: z.string().optional(),
})

type Work = (rows: Repository, asked: z.infer<typeof Asked>) => unknown

/** What hand-written code can do with a repository; it passes on whatever it is sent. */
const WORK: Readonly<Record<string, Work>> = {
  get: (rows, { key }) => rows.get(key),
  find: (rows, { key }) => rows.find(key),
  lock: (rows, { key }) => rows.lock(key),
  first: (rows, { filter }) => rows.first({ filter }),
  list: (rows, { filter }) => rows.list({ filter, count: 'exact' }),
  all: (rows) => rows.list({ count: 'estimated' }),
  count: (rows, { filter }) => rows.count({ filter }),
  insert: (rows, { values }) => rows.insert(values),
  insertMany: (rows, { items }) => rows.insertMany(items),
  upsert: (rows, { values, on }) => rows.upsert(values, { on }),
  update: (rows, { key, values }) => rows.update(key, values),
  delete: (rows, { key }) => rows.delete(key),
  restore: (rows, { key }) => rows.restore(key),
  purge: (rows, { key }) => rows.purge(key),
  stream: async (rows, { filter }) => {
    const found: unknown[] = []
    for await (const row of rows.stream({ filter })) found.push(row)
    return found
  },
}

/** Operations made by hand, for each resource and each method of its repository. */
export function handWritten(resources: Readonly<Record<string, object>>): Record<string, Router> {
  return Object.fromEntries(
    Object.entries(resources).map(([name, resource]) => {
      const rows = repository(resource as TableResource<PgTable>)
      const operations = Object.entries(WORK).map(([method, work]) => [
        method,
        route.post(
          `/${method}`,
          { access: authenticated, uses: { rows }, body: Asked, response: z.unknown() },
          async ({ rows, body }) => ({ answer: (await work(rows, body)) ?? null }),
        ),
      ])
      const jsonLines = route.post(
        '/json-lines',
        { access: authenticated, uses: { rows }, body: Asked, response: raw },
        ({ rows, body }) => new Response(rows.jsonLines({ filter: body.filter })),
      )
      return [name, router(`/${name}`, { ...Object.fromEntries(operations), jsonLines })]
    }),
  )
}
