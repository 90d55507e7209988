// Ashlar as a user writes it, with every default feature on.
import { createApp, dependency, raw, route, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { database, repository, resource, type ResourceRules } from 'ashlar/data'
import { eq, sql } from 'drizzle-orm'
import type { z } from 'zod'
import * as schema from './ashlar-tables.ts'

const { items, owners } = schema
const db = database({ schema })

const refine = {
  title: (title: z.ZodString) => title.min(1).max(200),
  notes: (notes: z.ZodString) => notes.max(5000),
  priority: (priority: z.ZodNumber) => priority.min(0).max(100),
}

const itemApi = resource(items, {
  database: db,
  access: { read: anyone, create: anyone },
  refine,
  list: {
    filter: { ownerId: ['eq'] },
    sort: ['createdAt'],
    defaultSort: ['-createdAt'],
    include: {
      owner: { access: anyone, fields: ['id', 'name', 'email'] },
      tags: { access: anyone, fields: ['id', 'name'], through: ['itemTags', 'tag'] },
    },
  },
})

/** A row of an owner is counted where it is saved, or neither is. */
const counting = dependency({}, (): ResourceRules<typeof items> => ({
  afterCreate: async ({ ownerId }, { tx }) => {
    await tx
      .update(owners)
      .set({ itemCount: sql`${owners.itemCount} + 1` })
      .where(eq(owners.id, ownerId))
  },
}))

const countedItemApi = resource(items, {
  database: db,
  name: 'CountedItem',
  path: '/counted-items',
  access: { create: anyone },
  refine,
  rules: counting,
})

/** What a rule refuses, or writes beside the row, is one transaction with it. */
const checking = dependency({}, (): ResourceRules<typeof items> => ({
  beforeCreate: (values) => ({ ...values, title: values.title.trim() }),
}))

const checkedItemApi = resource(items, {
  database: db,
  name: 'CheckedItem',
  path: '/items-in-tx',
  access: { create: anyone },
  refine,
  rules: checking,
})

const itemRepository = repository(items, { database: db, access: anyone })
const exportItems = route.get(
  '/export',
  { access: anyone, uses: { items: itemRepository }, response: raw },
  ({ items }) => new Response(items.jsonLines(), { headers: { 'content-type': 'application/jsonl' } }),
)

const app = createApp({
  title: 'Benchmark',
  version: '1.0.0',
  allowedHosts: ['127.0.0.1'],
  // Its peers write none.
  logs: false,
  api: router('', { items: itemApi, countedItems: countedItemApi, checkedItems: checkedItemApi, exportItems }),
})

await app.listen()
