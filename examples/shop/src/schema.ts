import { auditTrail, idempotencyKeys } from 'ashlar/data'
import { accounts, authTables } from './accounts/table.ts'
import {
  categories,
  categoryRelations,
  productCategories,
  productCategoryRelations,
  productRelations,
  products,
  stock,
  stockRelations,
} from './catalogue/tables.ts'
import { orderLineRelations, orderLines, orderRelations, orders, orderStatus } from './orders/tables.ts'

/** All tables and what leads from one to the other. Includes and rules find relations here, and `ashlar migrate make` the tables. */
export const schema = {
  accounts,
  ...authTables,
  products,
  productRelations,
  stock,
  stockRelations,
  categories,
  categoryRelations,
  productCategories,
  productCategoryRelations,
  orderStatus,
  orders,
  orderRelations,
  orderLines,
  orderLineRelations,
  auditTrail,
  idempotencyKeys,
}
