import { anyone, anyOf, owner, role } from 'ashlar/access'
import { integer, pgTable, primaryKey } from 'drizzle-orm/pg-core'
import { expect, test } from 'vitest'
import { indexUsesOf, type IndexUse } from '../../advice/index-use.ts'
import { database } from '../../database.ts'
import { resource } from '../resource.ts'
import { lists, schema, tasks } from './tasks.fixture.ts'

const db = database({ schema })
const listApi = resource(lists, { database: db, access: { read: anyone } })

/** In short: `filter [ownerId] priority`. */
function short({ kind, within = [], columns, whereNull }: IndexUse): string {
  const names = columns.map((each) => (typeof each === 'string' ? each : `${each.descending ? '-' : ''}${each.key}`))
  return `${kind} [${within.join()}] ${names.join()}${whereNull === undefined ? '' : ` where ${whereNull} is null`}`
}
const needsOf = (api: { readonly children: { readonly list: object } }): string[] =>
  indexUsesOf(api.children.list as never).map(short)

test('a list says what it filters, sorts and searches by, within what its rule compares', () => {
  const api = resource(tasks, {
    database: db,
    access: { read: owner('ownerId') },
    softDelete: true,
    list: {
      filter: { done: ['eq'], priority: ['gte'], title: ['eq', 'contains'], 'list.name': ['eq'] },
      sort: ['priority', 'createdAt'],
      defaultSort: ['-createdAt'],
      search: ['title'],
      include: { list: { of: listApi } },
    },
  })
  expect(needsOf(api)).toEqual([
    'filter [ownerId] priority where deletedAt is null',
    'filter [ownerId] title where deletedAt is null',
    'contains [ownerId] title where deletedAt is null',
    'sort [ownerId] -createdAt,-id where deletedAt is null',
    'sort [ownerId] priority,id where deletedAt is null',
    'search [] title where deletedAt is null',
  ])
})

test('each alternative of a rule has its own order, and filters are within what all compare', () => {
  const api = resource(tasks, {
    database: db,
    access: { read: anyOf(owner('ownerId'), role('admin')) },
    list: { filter: ['priority'], sort: ['priority'] },
  })
  expect(needsOf(api)).toEqual([
    'filter [] priority',
    'sort [ownerId] id',
    'sort [] id',
    'sort [ownerId] priority,id',
    'sort [] priority,id',
  ])
})

test('below a parent everything is within it, and who has one row needs no order', () => {
  const below = resource(tasks, { database: db, access: anyone, parent: { of: listApi, column: 'listId' } })
  expect(needsOf(below)).toEqual(['sort [listId] id'])
  const self = resource(lists, { database: db, access: owner('id'), list: { sort: ['name'] }, path: '/mine' })
  expect(needsOf(self)).toEqual([])
})

test('what is the same in all rows of a list is no part of its order, and who is held to one row needs nothing', () => {
  const plain = database()
  const orders = pgTable('orders', { id: integer().primaryKey() })
  const lines = pgTable(
    'lines',
    { orderId: integer().notNull(), place: integer().notNull(), size: integer() },
    (table) => [primaryKey({ columns: [table.orderId, table.place] })],
  )
  const orderApi = resource(orders, { database: plain, access: anyone, path: '/own' })
  const parent = { of: orderApi, column: 'orderId' } as const
  const lineApi = resource(lines, { database: plain, access: anyone, parent, list: { sort: ['size'] } })
  expect(needsOf(lineApi)).toEqual(['sort [orderId] place', 'sort [orderId] size,place'])
  const own = resource(lists, { database: db, access: owner('id'), path: '/me', list: { filter: ['name'] } })
  expect(needsOf(own)).toEqual([])
})
