import { named, route } from 'ashlar'
import { anyOf } from 'ashlar/access'
import { repository, resource, tableSchemas } from 'ashlar/data'
import { z } from 'zod'
import { authenticated, owner, superuser } from '../auth.ts'
import { database } from '../database.ts'
import { Message, Paging } from '../message.ts'
import { items } from './table.ts'

const mine = owner('owner_id')

/** Everybody has their own, superusers have all. */
const itemResource = resource(items, {
  database,
  tags: ['items'],
  access: {
    read: anyOf(mine, superuser),
    create: mine,
    update: anyOf(mine, superuser),
    delete: anyOf(mine, superuser),
  },
  refine: { title: (title) => title.min(1) },
  list: { page: 'offset', sort: ['created_at'] },
})
const Item = itemResource.children.read.response
const { row, update } = tableSchemas(items, {
  readOnly: ['id', 'owner_id', 'created_at'],
  refine: { title: (title) => title.min(1) },
})
const ItemsPublic = named('ItemsPublic', z.object({ data: z.array(row), count: z.int() }))

/** What of it the front end knows in another form: its rows are the resource's, with the same rules. */
const params = z.object({ id: z.uuid() })
const {
  get,
  put,
  delete: remove,
} = route.with({
  access: authenticated,
  uses: { items: repository(itemResource) },
  tags: ['items'],
})

export const itemApi = itemResource.with({
  list: get(
    '/',
    { query: Paging, response: ItemsPublic, summary: 'List items' },
    async ({ query: { skip, limit }, items }) => {
      const { items: data, total } = await items.list({ sort: ['-created_at'], offset: skip, limit, count: 'exact' })
      return { data, count: total ?? data.length }
    },
  ),
  update: put(
    '/:id',
    { params, body: update, response: Item, summary: 'Change an item', description: 'What is absent stays.' },
    ({ params: { id }, body: { title, description }, items }) =>
      items.update(id, { ...(title !== undefined && { title }), ...(description !== undefined && { description }) }),
  ),
  delete: remove(
    '/:id',
    { params, response: Message, summary: 'Delete an item' },
    async ({ params: { id }, items }) => {
      await items.delete(id)
      return { message: 'Item deleted successfully' }
    },
  ),
})
