import { expectTypeOf, test } from 'vitest'
import type { Drizzle } from '../data/drizzle.ts'
import type { Transaction } from '../data/index.ts'
import { factory } from './factory.ts'
import { orders, tenants, users } from './factory.fixture.ts'

declare const tx: Transaction<{ users: typeof users }>
declare const db: Drizzle
const tenant = factory(tenants)
const user = factory(users, ({ sequence }) => ({ displayName: `User ${sequence}`, tenantId: tenant }))

test('what is created has the type of a row that is read', async () => {
  expectTypeOf(await user.create(tx)).toEqualTypeOf<typeof users.$inferSelect>()
  expectTypeOf(await user.with({ role: 'staff' }).createMany(db, 2)).toEqualTypeOf<(typeof users.$inferSelect)[]>()
})

test('what is built has no columns of other factories, unless they are given', () => {
  expectTypeOf(user.build()).not.toHaveProperty('tenantId')
  expectTypeOf(user.build({ tenantId: 'x' }).tenantId).toEqualTypeOf<string>()
  expectTypeOf(user.with({ tenantId: 'x' }).build().tenantId).toEqualTypeOf<string>()
  expectTypeOf(factory(orders, { buyerId: () => user }).build()).not.toHaveProperty('buyerId')
  expectTypeOf(tenant.build()).toEqualTypeOf<{ id: string; name: string }>()
})

test('wrong values do not compile', () => {
  // @ts-expect-error A number is no role.
  factory(users, { role: 1 })
  // @ts-expect-error There is no such role.
  factory(users, () => ({ role: 'boss' }))
  // @ts-expect-error The table has no column "nmae".
  factory(users, () => ({ nmae: 'Ada' }))
  // @ts-expect-error The table has no column "nmae".
  void user.create(tx, { nmae: 'Ada' })
})
