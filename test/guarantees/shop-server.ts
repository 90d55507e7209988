import { auditTrail } from 'ashlar/data'
import { testApp } from 'ashlar/testing'
import { sql } from 'drizzle-orm'
import { targetStatements } from '../../src/data/migrations/target/statements.ts'
import { shopApp, tokenOf, type Person } from './shop.ts'
import { tables } from './shop-tables.ts'
import type { Call } from './shop-calls.ts'

export interface Answer {
  readonly status: number
  /** Head and body, as text. */
  readonly text: string
  readonly body: string
}

export interface ShopServer {
  readonly operations: ReturnType<typeof shopApp>['app']['operations']
  /** Through a real socket. */
  call(person: Person, call: Pick<Call, 'method' | 'target'> & Partial<Call>): Promise<Answer>
  query(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  stop(): Promise<void>
}

/** The shop, served on a free port, with its tables and no rows: on a database of its own, or on the one at `url`. */
export async function serveShop(url?: string): Promise<ShopServer> {
  const { app, db } = shopApp(url === undefined ? {} : { url })
  const t = url === undefined ? await testApp(app) : onItsOwn(app)
  const query = (text: string): Promise<readonly Readonly<Record<string, unknown>>[]> =>
    t.run({ drizzle: db.drizzle }, async ({ drizzle }) => {
      const { rows } = await drizzle.execute(sql.raw(text))
      return rows
    })
  for (const statement of targetStatements({ ...tables, auditTrail }).statements) await query(statement)
  const { port } = await t.listen()
  return {
    operations: app.operations,
    query,
    call: async (person, { method, target, body, headers = {} }) => {
      const response = await fetch(`http://127.0.0.1:${port}${target}`, {
        method,
        headers: {
          authorization: `Bearer ${tokenOf(person)}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }).catch((error: unknown) => {
        throw new Error(`${method} ${target} ${JSON.stringify(body)}`, { cause: error })
      })
      const text = await response.text()
      const head = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n')
      return { status: response.status, text: `${head}\n\n${text}`, body: text }
    },
    stop: () => t.stop(),
  }
}

/** Without the test kit, which would give it another database. */
function onItsOwn(app: ReturnType<typeof shopApp>['app']) {
  return {
    run: app.run.bind(app),
    listen: () => app.listen({ port: 0, host: '127.0.0.1' }),
    stop: () => app.stop(),
  }
}
