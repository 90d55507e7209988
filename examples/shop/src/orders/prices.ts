import { dependency } from 'ashlar'
import type { Transaction } from 'ashlar/data'
import { eq, isNull, sql } from 'drizzle-orm'
import { products } from '../catalogue/tables.ts'
import { database } from '../database.ts'
import { amountRows, type Amount } from './stock.ts'

/** What an order copies of each product, and what it comes to. */
export interface Priced {
  readonly total: string
  readonly products: ReadonlyMap<string, { readonly name: string; readonly unitPrice: string }>
}

export class Prices {
  readonly #tx: Transaction

  constructor(tx: Transaction) {
    this.#tx = tx
  }

  /** What is for sale of these products. PostgreSQL adds: its `numeric` is exact. */
  async of(amounts: readonly Amount[]): Promise<Priced> {
    const rows = await this.#tx
      .select({
        id: products.id,
        name: products.name,
        unitPrice: products.price,
        total: sql<string>`sum(${products.price} * amount.quantity) over ()`,
      })
      .from(products)
      .innerJoin(amountRows(amounts), eq(products.id, sql`amount.product_id`))
      .where(isNull(products.deletedAt))
    return {
      total: rows[0]?.total ?? '0',
      products: new Map(rows.map(({ id, name, unitPrice }) => [id, { name, unitPrice }])),
    }
  }
}

export const prices = dependency({ uses: { tx: database.transaction } }, ({ tx }) => new Prices(tx))
