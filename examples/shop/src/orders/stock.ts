import { dependency } from 'ashlar'
import type { Transaction } from 'ashlar/data'
import { asc, inArray, sql, type SQL } from 'drizzle-orm'
import { stock } from '../catalogue/tables.ts'
import { database } from '../database.ts'

/** So many of one product. */
export interface Amount {
  readonly productId: string
  readonly quantity: number
}

/** A product that there is not enough of. */
export interface Shortage extends Amount {
  readonly pieces: number
}

/** The stock as orders need it. Customers may not write it; an order does, and only in these two ways. */
export class Stock {
  readonly #tx: Transaction

  constructor(tx: Transaction) {
    this.#tx = tx
  }

  /** Takes all of it, or nothing: then it gives what is short. */
  async take(amounts: readonly Amount[]): Promise<readonly Shortage[]> {
    const pieces = await this.#lock(amounts.map(({ productId }) => productId))
    const short = amounts
      .map((amount) => ({ ...amount, pieces: pieces.get(amount.productId) ?? 0 }))
      .filter((amount) => amount.pieces < amount.quantity)
    if (short.length === 0) await this.#change(amounts, sql`${stock.pieces} - amount.quantity`)
    return short
  }

  async giveBack(amounts: readonly Amount[]): Promise<void> {
    await this.#lock(amounts.map(({ productId }) => productId))
    await this.#change(amounts, sql`${stock.pieces} + amount.quantity`)
  }

  /** Always in the same order, so that two orders of the same products never wait for each other. */
  async #lock(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#tx
      .select()
      .from(stock)
      .where(inArray(stock.productId, [...ids]))
      .orderBy(asc(stock.productId))
      .for('update')
    return new Map(rows.map(({ productId, pieces }) => [productId, pieces]))
  }

  /** One statement, however many products. */
  async #change(amounts: readonly Amount[], pieces: SQL): Promise<void> {
    await this.#tx.execute(sql`
      update ${stock} set pieces = ${pieces} from ${amountRows(amounts)}
      where ${stock.productId} = amount.product_id`)
  }
}

/** Amounts as rows of SQL, called `amount`. */
export function amountRows(amounts: readonly Amount[]): SQL {
  const ids = sql.param(amounts.map(({ productId }) => productId))
  const quantities = sql.param(amounts.map(({ quantity }) => quantity))
  return sql`unnest(${ids}::uuid[], ${quantities}::integer[]) as amount (product_id, quantity)`
}

export const stockOfOrders = dependency({ uses: { tx: database.transaction } }, ({ tx }) => new Stock(tx))
