import { dependency, provide } from 'ashlar'
import type { Client } from 'ashlar/client'
import { auditTrail } from 'ashlar/data'
import type { Mailer } from 'ashlar/mail'
import { mailbox, testApp, type TestApp, type TestMailbox } from 'ashlar/testing'
import { and, eq } from 'drizzle-orm'
import { app, type Api } from '../src/app.ts'
import { ROLES, sender } from '../src/auth.ts'
import { stock } from '../src/catalogue/tables.ts'
import { database } from '../src/database.ts'
import { account, pieces, product } from '../src/factories.ts'

/** The shop on a database of its own. */
export interface Shop extends AsyncDisposable {
  readonly t: TestApp<Api>
  /** What was mailed. */
  readonly mails: TestMailbox
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

type Role = keyof typeof ROLES

const readsStock = database.system('a test looks at the stock')

export async function openShop(): Promise<Shop> {
  const mails = mailbox()
  const t = await testApp(app, {
    provide: [
      provide(
        sender,
        dependency({ scope: 'app' }, (): Mailer => mails),
      ),
    ],
  })
  const make = { tx: database.transaction }
  const person = async (...roles: Role[]): Promise<Caller> => {
    const { id } = await t.run(make, ({ tx }) => account.create(tx, { roles }))
    return { id, api: t.as({ id, roles, permissions: roles.flatMap((role) => ROLES[role]) }) }
  }
  return {
    t,
    mails,
    staff: (await person('staff')).api,
    manager: (await person('staff', 'manager')).api,
    customer: () => person(),
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
