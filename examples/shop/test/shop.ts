import type { Client } from 'ashlar/client'
import { auditTrail } from 'ashlar/data'
import { testApp, type TestApp } from 'ashlar/testing'
import { and, eq } from 'drizzle-orm'
import { app, type Api } from '../src/app.ts'
import { stock } from '../src/catalogue/tables.ts'
import { database } from '../src/database.ts'
import { account, pieces, product } from '../src/factories.ts'

/** The shop on a database of its own. */
export interface Shop extends AsyncDisposable {
  readonly t: TestApp<Api>
  /** Somebody new who buys. */
  customer(): Promise<Caller>
  readonly staff: Client<Api>
  readonly manager: Client<Api>
  /** A new product, and so many of it; gives its id. */
  product(stock: number, values?: Parameters<typeof product.create>[1]): Promise<string>
  /** How many there are, past every rule. */
  stockOf(productId: string): Promise<number>
  /** How often the rules were left for this reason, as the audit trail tells. */
  systemEntries(reason: string): Promise<number>
}

export interface Caller {
  readonly id: string
  readonly api: Client<Api>
}

const readsStock = database.system('a test looks at the stock')

export async function openShop(): Promise<Shop> {
  const t = await testApp(app)
  const make = { tx: database.transaction }
  const person = (role: 'customer' | 'staff' | 'manager') => t.run(make, ({ tx }) => account.create(tx, { role }))
  const [staff, manager] = [await person('staff'), await person('manager')]
  return {
    t,
    staff: t.as({ id: staff.id, roles: ['staff'] }),
    manager: t.as({ id: manager.id, roles: ['staff', 'manager'] }),
    async customer() {
      const { id } = await person('customer')
      return { id, api: t.as({ id, roles: ['customer'] }) }
    },
    product: (count, values) =>
      t.run(make, async ({ tx }) => {
        const { id } = await product.create(tx, values)
        await pieces.create(tx, { productId: id, pieces: count })
        return id
      }),
    stockOf: (productId) =>
      t.run({ system: readsStock }, async ({ system }) => (await system.repository(stock).get(productId)).pieces),
    systemEntries: (reason) =>
      t.run(make, ({ tx }) =>
        tx.$count(auditTrail, and(eq(auditTrail.action, 'system'), eq(auditTrail.reason, reason))),
      ),
    [Symbol.asyncDispose]: () => t.stop(),
  }
}
