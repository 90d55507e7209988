import { customType, index, integer, jsonb, pgTable, timestamp } from 'drizzle-orm/pg-core'

const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' })

/**
 * The table `ashlar_idempotency`, in which operations with `idempotent` keep their answers. Export it from the module of your tables, so that the
 * database's schema has it and `ashlar migrate make` creates it.
 *
 * One row for each key, written in the transaction of what the operation does: both are saved, or neither. Of the key and of who sent it there is a hash;
 * the answer itself is there as it was sent, without cookies, until `expiresAt`.
 *
 * @example
 * const orders = pgTable('orders', { id: id(), product: varchar().notNull() })
 * const db = database({ schema: { orders, idempotencyKeys } })
 * const body = z.object({ product: z.string() })
 * const place = route.post('/orders', { access: authenticated, idempotent: 'required', uses: { tx: db.transaction }, body },
 *   async ({ tx, body: order }) => { await tx.insert(orders).values(order) })
 */
export const idempotencyKeys = pgTable(
  'ashlar_idempotency',
  {
    /** SHA-256 of the operation, its caller and the key. */
    id: bytea().primaryKey(),
    /** SHA-256 of what was sent. */
    fingerprint: bytea().notNull(),
    status: integer().notNull(),
    headers: jsonb().$type<Readonly<Record<string, string>>>().notNull(),
    /** Null where there was none, or more than is kept. */
    body: bytea(),
    /** Bytes of the body that was sent. */
    size: integer().notNull(),
    createdAt: timestamp('created_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
    expiresAt: timestamp('expires_at', { withTimezone: true, mode: 'string' }).notNull(),
  },
  (table) => [index('ashlar_idempotency_expires').on(table.expiresAt)],
)
