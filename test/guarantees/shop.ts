import { createApp, router } from 'ashlar'
import { accessFor, allOf, anyOf, authenticated } from 'ashlar/access'
import { bearer } from 'ashlar/auth'
import { database, resource, type Resource } from 'ashlar/data'
import { eq, or } from 'drizzle-orm'
import { handWritten } from './shop-hand-written.ts'
import * as t from './shop-tables.ts'

/** Who calls: the token is the name. */
export interface Person {
  readonly id: string
  readonly tenant: string
  readonly roles: readonly string[]
}

/** `user-ada@acme+staff`, as a token. */
export function tokenOf({ id, tenant, roles }: Person): string {
  return [id, tenant, ...roles].join('.')
}

/** A shop with every option of resources, and every method of their repositories in hand-written operations. */
export function shopApp(options: { readonly url?: string } = {}) {
  const db = database({ schema: t.schema, repeatedStatements: false, ...options })
  const token = bearer({
    verify: (credentials): Person | undefined => {
      const [id, tenant, ...roles] = credentials.split('.')
      return id === undefined || tenant === undefined ? undefined : { id, tenant, roles }
    },
  })
  const { owner, tenant, through, rows, role } = accessFor(token)
  const member = tenant('tenantId', (user) => user.tenant)
  const mine = allOf(member, owner('customerId'))
  const staff = allOf(member, role('staff'))
  const openOrMine = rows<typeof t.notes>('open or mine', ({ table, user }) =>
    or(eq(table.open, true), eq(table.ownerId, user.id)),
  )
  const ownNote = anyOf(owner('ownerId'), role('admin'))
  const bulk = { create: true, update: true, delete: true } as const

  const stores = resource(t.stores, {
    database: db,
    access: { read: member, create: staff, update: staff, delete: staff, purge: staff },
    private: ['note'],
    softDelete: true,
    list: { filter: ['slug', 'name'], sort: ['name'], count: ['exact', 'estimated'] },
  })
  const products = resource(t.products, {
    database: db,
    access: member,
    bulk,
    put: true,
    list: {
      filter: ['name', 'price', 'tags', 'meta', 'storeId', 'store.name', 'lines.remark'],
      sort: ['name', 'price'],
      search: { columns: ['name'], prefix: true },
      count: ['exact', 'estimated'],
      include: { store: { of: stores }, lines: { of: (): Resource => lines } },
    },
  })
  const orders = resource(t.orders, {
    database: db,
    access: { read: mine, create: mine, update: mine, delete: mine, purge: mine, audit: role('auditor') },
    private: ['pin'],
    bulk,
    put: true,
    softDelete: true,
    version: true,
    audit: true,
    list: {
      filter: [
        'id',
        'memo',
        'total',
        'storeId',
        'customerId',
        'store.name',
        'lines.remark',
        'products.name',
        'shipments.address',
      ],
      sort: ['memo', 'total', 'createdAt'],
      search: ['memo'],
      count: ['exact', 'estimated'],
      include: {
        store: { of: stores },
        lines: { of: (): Resource => lines },
        products: { of: products, through: ['lines', 'product'] },
        shipments: { of: (): Resource => shipments },
      },
    },
  })
  const lines = resource(t.lines, {
    database: db,
    access: authenticated,
    parent: { of: orders, column: 'orderId' },
    bulk,
    put: true,
    list: { filter: ['remark'], sort: ['quantity'], include: { product: { of: products } }, count: ['exact'] },
  })
  const shipments = resource(t.shipments, {
    database: db,
    access: through('order', mine),
    bulk,
    put: true,
    list: {
      filter: ['address', 'orderId', 'order.memo'],
      sort: ['address'],
      search: ['address'],
      count: ['exact', 'estimated'],
      include: { order: { of: orders } },
    },
  })
  const notes = resource(t.notes, {
    database: db,
    access: { read: anyOf(openOrMine, role('admin')), create: ownNote, update: ownNote, delete: ownNote },
    put: true,
    list: {
      filter: ['title', 'threads.subject'],
      sort: ['title'],
      include: { threads: { of: (): Resource => threads } },
    },
  })
  const threads = resource(t.threads, {
    database: db,
    access: authenticated,
    parent: { of: notes, column: 'noteId' },
    bulk,
    list: { filter: ['subject'], search: ['subject'], include: { replies: { of: (): Resource => replies } } },
  })
  const replies = resource(t.replies, {
    database: db,
    access: authenticated,
    parent: { of: threads, column: 'threadId' },
    path: '/threads/:threadId/replies',
  })
  const labels = resource(t.labels, { database: db, access: owner('ownerId'), put: true, list: { sort: ['colour'] } })
  const seats = resource(t.seats, {
    database: db,
    access: owner('ownerId'),
    writable: ['ownerId'],
    bulk,
    put: true,
    list: { filter: ['ownerId', 'guest'], sort: ['guest'], page: 'offset' },
  })
  const profiles = resource(t.profiles, {
    database: db,
    access: owner('userId'),
    private: ['phone'],
    version: 'required',
    list: { filter: ['bio'] },
  })
  const resources = { stores, products, orders, lines, shipments, notes, threads, replies, labels, seats, profiles }
  const app = createApp({
    title: 'Shop',
    version: '1.0.0',
    environment: 'test',
    database: db,
    auth: [token],
    api: router('', { ...resources, hand: router('/hand', handWritten(resources)) }),
  })
  return { app, db }
}
